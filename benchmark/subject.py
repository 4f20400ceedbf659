"""subject.py SUBJECT [LIBRARY]: one subject of the table in Python or C: a process that does an operation on one kind of array.

Lines in and out are those of subject.js. For C the steps are functions of a library (see subject.c), which measures their time."""
import ctypes
import gc
import json
import mmap
import os
import sys
import textwrap
import time
import zlib
from array import array
from types import SimpleNamespace

subject = sys.argv[1]
np = mmaparray = library = None
if subject in ("NumPy", "np.memmap"):
    import numpy as np
elif subject == "mmap_backed_array":
    from mmap_backed_array import mmaparray
elif subject == "C":
    library = ctypes.CDLL(sys.argv[2])
    library.fresh.argtypes, library.fresh.restype = [ctypes.c_size_t], ctypes.c_void_p
    library.run.restype = ctypes.c_longlong

DTYPES = {"i": "i4", "I": "u4", "q": "i8", "f": "f4", "d": "f8"}
PHASES = ("before", "round", "after")
PERIOD = 1000
LAST = 5000
NUMBER = 0


def fill_with_sample(values, typecode):
    view = memoryview(values).cast("B").cast(typecode)
    n, filled = len(view), min(len(view), PERIOD)
    view[:filled] = array(typecode, range(-300, filled - 300))
    while filled < n:
        view[filled : 2 * filled] = view[: min(filled, n - filled)]
        filled *= 2
    view[n - 1 :] = array(typecode, [LAST])
    return values


def checksum(view):
    return f"{len(view)}:{zlib.crc32(view)}"


class Operation:
    def __init__(self, task):
        self.task, self.typecode, self.n = task, task["typecode"], task["n"]
        self.path = os.path.join(task["directory"], f"file-{os.getpid()}")
        self.files = 0
        values = self.read(task["input"]) if "input" in task else fill_with_sample(self.make(self.n), self.typecode)
        self.array = self.own(values)
        self.pristine = self.copy_of(values) if task["restores"] else None
        if task["reads"]:
            with open(self.path, "wb") as file:
                file.write(values)
        second = self.read(task["second"]) if "second" in task else None
        other = self.own(self.copy_of(values)) if task["uses"] == "other" else None
        self.the = self.make_the(second, other, values.tobytes() if task["uses"] == "bytes" else None)
        self.before, self.work, self.after = (self.compiled(task["step"].get(phase)) for phase in PHASES)

    def make_the(self, second, other, bytes):
        """What the steps find under `the`."""
        the = SimpleNamespace(second=second, other=other, bytes=bytes, file=self.task["file"], path=self.path)
        the.np, the.array, the.mmaparray, the.mmap = np, array, mmaparray, mmap
        the.typecode, the.fraction = self.typecode, self.task["fraction"]
        the.make, the.fresh = self.make, lambda: (mmaparray or array)(self.typecode)
        return the

    def compiled(self, code):
        names = {}
        source = textwrap.dedent(code or "pass").strip("\n")
        exec("def step(a, n, the):\n" + textwrap.indent(source, "  "), names)
        return names["step"]

    def make(self, count):
        """An array of Python's or NumPy's, whose elements may be anything."""
        if np is None:
            return array(self.typecode, [0]) * count
        if subject == "NumPy":
            return np.empty(count, DTYPES[self.typecode])
        self.files += 1
        path = os.path.join(self.task["memoryDirectory"], f"memmap-{os.getpid()}-{self.files}")
        values = np.memmap(path, DTYPES[self.typecode], "w+", shape=max(count, 1))[:count]
        os.unlink(path)
        return values

    def own(self, values):
        return mmaparray(self.typecode, values) if mmaparray else values

    def copy_of(self, values):
        copy = self.make(len(values))
        copy[:] = values
        return copy

    def read(self, path):
        values = self.make(os.path.getsize(path) // array(self.typecode).itemsize)
        with open(path, "rb") as file:
            file.readinto(memoryview(values).cast("B"))
        return values

    def timed(self):
        a, n, the, work = self.array, self.n, self.the, self.work
        began = time.perf_counter_ns()
        for _ in range(self.task["repeats"]):
            result = work(a, n, the)
        return result, time.perf_counter_ns() - began

    def round(self):
        if self.pristine is not None:
            self.array[:] = self.pristine
        if self.task["writes"]:
            self.end()
        self.before(self.array, self.n, self.the)
        result, nanoseconds = self.timed()
        self.after(self.array, self.n, self.the)
        if self.task["writes"]:
            with open(self.path, "rb") as file:
                result = file.read()
        return {"answer": self.answer(result), "nanoseconds": nanoseconds}

    def answer(self, result):
        if isinstance(result, (int, float)):
            return result
        if mmaparray and isinstance(result, mmaparray):
            result = result.tobytes()
        return checksum(memoryview(result).cast("B"))

    def end(self):
        if os.path.exists(self.path):
            os.unlink(self.path)


class The(ctypes.Structure):
    _fields_ = [(name, ctypes.c_void_p) for name in ("array", "other", "bytes", "second", "state")]
    _fields_ += [("n", ctypes.c_size_t), ("second_length", ctypes.c_size_t), ("fraction", ctypes.c_double)]
    _fields_ += [("path", ctypes.c_char_p), ("file", ctypes.c_char_p)]


class Result(ctypes.Structure):
    _fields_ = [("owner", ctypes.c_int), ("number", ctypes.c_double), ("data", ctypes.c_void_p), ("bytes", ctypes.c_size_t)]


def bytes_at(address, length):
    return memoryview((ctypes.c_char * length).from_address(address)).cast("B")


def address_of(view):
    return view and ctypes.addressof(ctypes.c_char.from_buffer(view))


class OperationInC(Operation):
    """Its arrays are views of memory that the library allocated; what is no result is never freed."""

    def make_the(self, second, other, bytes):
        task = self.task
        the = The(address_of(self.array), address_of(other), None, address_of(second), None, self.n, len(second or ()))
        # Python's bytes have no huge pages, as those that a Buffer gives have none
        self.bytes, the.bytes = bytes, bytes and ctypes.cast(bytes, ctypes.c_void_p).value
        the.fraction, the.path, the.file = task["fraction"], self.path.encode(), task["file"].encode()
        return the

    def compiled(self, name):
        step = getattr(library, name) if name else lambda the: None
        return lambda a, n, the: step(ctypes.byref(the))

    def make(self, count):
        length = count * array(self.typecode).itemsize
        return bytes_at(library.fresh(length), length).cast(self.typecode)

    def timed(self):
        result = Result()
        step = getattr(library, self.task["step"]["round"])
        repeats = ctypes.c_size_t(self.task["repeats"])
        nanoseconds = library.run(step, ctypes.byref(self.the), repeats, ctypes.byref(result))
        return result, nanoseconds

    def answer(self, result):
        if not isinstance(result, Result):
            return super().answer(result)
        if result.owner == NUMBER:
            return result.number
        answer = checksum(bytes_at(result.data, result.bytes))
        library.leave(ctypes.byref(result))
        return answer


# Some of what is imported prints.
answers, sys.stdout = sys.stdout, open(os.devnull, "w")
gc.disable()
operation = None
for line in sys.stdin:
    if line.startswith("{"):
        if operation:
            operation.end()
        # Frees the last one's memory before the next one takes some.
        operation = None
        operation = (OperationInC if library else Operation)(json.loads(line))
    else:
        print(json.dumps(operation.round()), file=answers, flush=True)
if operation:
    operation.end()
