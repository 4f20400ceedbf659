"""The writer's end of the ring; the words are those of layout.js."""
import ctypes
import mmap

import futex

HEAD = 0
FIRST_TAIL = 1
RECORDS = 16
RECORD_WORDS = 2
CAPACITY = 1024
PATIENCE_SECONDS = 20


class RingWriter:
    def __init__(self, path, readers):
        with open(path, "r+b") as file:
            memory = mmap.mmap(file.fileno(), 0)  # shared, as mmap.mmap makes it
        self._words = memoryview(memory).cast("i")
        self._address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
        self._tails = range(FIRST_TAIL, FIRST_TAIL + readers)
        self._room = 0

    def write(self, number, value):
        """Waits for the slowest reader where the ring is full."""
        head = self._words[HEAD]
        if self._room == 0:
            self._room = min(self._wait_for(tail, head) for tail in self._tails)
        at = RECORDS + head % CAPACITY * RECORD_WORDS
        self._words[at] = number
        self._words[at + 1] = value
        self._room -= 1
        futex.add_and_wake(self._address + 4 * HEAD, 1)

    def _wait_for(self, tail, head):
        """How many records this reader lets us write; at least one."""
        while head - self._words[tail] == CAPACITY:
            futex.wait(self._address + 4 * tail, head - CAPACITY, PATIENCE_SECONDS)
        return CAPACITY - (head - self._words[tail])
