"""The kernel's futex, which has no function in Python: sleep while a word of shared memory is what it was, and wake."""
import ctypes
import errno
import os
import platform

SYS_FUTEX = {"x86_64": 202, "aarch64": 98}[platform.machine()]
# Without FUTEX_PRIVATE_FLAG (128), because that flag finds only sleepers of the same process.
FUTEX_WAIT = 0
FUTEX_WAKE = 1
FUTEX_WAKE_OP = 5
EVERYBODY = 2**31 - 1

libc = ctypes.CDLL(None, use_errno=True)


class Timespec(ctypes.Structure):
    _fields_ = [("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long)]


def _futex(address, operation, value, fourth, second_address=0, third_value=0):
    result = libc.syscall(
        ctypes.c_long(SYS_FUTEX),
        ctypes.c_void_p(address),
        ctypes.c_int(operation),
        ctypes.c_uint(value),
        ctypes.c_void_p(fourth),
        ctypes.c_void_p(second_address),
        ctypes.c_uint(third_value),
    )
    if result < 0:
        number = ctypes.get_errno()
        if number not in (errno.EAGAIN, errno.EINTR):
            raise OSError(number, os.strerror(number))
    return result


def wait(address, expected, seconds):
    """Sleeps while the word is `expected`; may also return for no reason. OSError ETIMEDOUT after so many seconds."""
    patience = Timespec(seconds, 0)
    return _futex(address, FUTEX_WAIT, expected & 0xFFFFFFFF, ctypes.addressof(patience))


def wake(address, count=EVERYBODY):
    """Wakes sleepers of all processes, as notify() does; gives how many there were."""
    return _futex(address, FUTEX_WAKE, count, 0)


def add_and_wake(address, amount):
    """Adds to the word and wakes its sleepers, in one call. Python has no atomic store; here the kernel does the adding, and
    whoever sees the new word sees everything written before it, on arm64 too."""
    add = 1 << 28 | amount << 12  # FUTEX_OP_ADD: the word becomes word + amount
    return _futex(address, FUTEX_WAKE_OP, EVERYBODY, 0, address, add)
