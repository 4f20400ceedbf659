"""operations.py STEPS PEER: does the operations of the table on one kind of array of Python.

STEPS is a JSON file, {operation: {"kinds": {peer: {"before", "round", "after"}}, "restores", ...}}. A line in is a task or a round,
as for operations.js."""
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

steps_path, peer = sys.argv[1:]
if peer in ("NumPy", "np.memmap"):
    import numpy as np
else:
    np = None
if peer == "mmap_backed_array":
    from mmap_backed_array import mmaparray
else:
    mmaparray = None

DTYPES = {"i": "i4", "I": "u4", "q": "i8", "f": "f4", "d": "f8"}
PERIOD = 1000
LAST = 5000
BLOCK = 4096
STRIDE = 16 * BLOCK

with open(steps_path) as file:
    OPERATIONS = json.load(file)


def sample(typecode, n):
    period = array(typecode, [i - 300 for i in range(PERIOD)])
    values = (period * (n // PERIOD + 1))[:n]
    if n > 0:
        values[-1] = array(typecode, [LAST])[0]
    return values


def read(typecode, path):
    if np is not None:
        return np.fromfile(path, DTYPES[typecode])
    values = array(typecode)
    with open(path, "rb") as file:
        values.frombytes(file.read())
    return values


def compiled(code):
    if code is None:
        return None
    source = "def step(a, n, the):\n" + textwrap.indent(textwrap.dedent(code).strip("\n"), "  ")
    names = {}
    exec(source, names)
    return names["step"]


def checksum(view, extent):
    length = len(view)
    if extent == "all" or length <= STRIDE:
        return f"{length}:{zlib.crc32(view)}"
    crc = 0
    for at in range(0, length, STRIDE):
        crc = zlib.crc32(view[at : at + BLOCK], crc)
    return f"{length}:{zlib.crc32(view[length - BLOCK :], crc)}"


def bytes_of(values):
    if isinstance(values, bytes):
        return memoryview(values)
    if mmaparray is not None and isinstance(values, mmaparray):
        return memoryview(values.tobytes())
    return memoryview(values).cast("B")


class Task:
    def __init__(self, name, typecode, n, repeats, directory, memory, input, second, file, fraction, uses):
        self.operation = OPERATIONS[name]
        step = self.operation["steps"][peer]
        self.before, self.round_, self.after = (compiled(step.get(phase)) for phase in ("before", "round", "after"))
        self.n, self.repeats = int(n), int(repeats)
        self.path = os.path.join(directory, f"file-{os.getpid()}")
        the = self.the = SimpleNamespace(np=np, array=array, mmaparray=mmaparray, mmap=mmap, typecode=typecode)
        the.file, the.path = file, self.path
        the.fraction = json.loads(fraction)
        made = 0

        def make(count):
            nonlocal made
            if peer == "NumPy":
                return np.empty(count, DTYPES[typecode])
            made += 1
            path = os.path.join(memory, f"memmap-{os.getpid()}-{made}")
            values = np.memmap(path, DTYPES[typecode], "w+", shape=max(count, 1))[:count]
            os.unlink(path)
            return values

        def put(values):
            if np is None:
                return mmaparray(typecode, values) if mmaparray else values[:]
            made = make(len(values))
            made[:] = values
            return made

        def made_sample():
            if np is None:
                return sample(typecode, self.n)
            values = make(self.n)
            filled = min(self.n, PERIOD)
            values[:filled] = np.arange(filled) - 300
            while filled < self.n:
                values[filled : 2 * filled] = values[: self.n - filled][:filled]
                filled *= 2
            values[-1:] = LAST
            return values

        the.make = make
        the.fresh = lambda: (mmaparray or array)(typecode)
        values = read(typecode, input) if input else made_sample()
        self.array = put(values) if mmaparray else values
        self.pristine = None
        if self.operation["restores"]:
            self.pristine = values[:] if np is None else values.copy()
        if second:
            the.second = read(typecode, second)
        the.other = put(values) if "other" in uses else None
        the.bytes = values.tobytes() if "bytes" in uses else None
        if self.operation["reads"]:
            with open(self.path, "wb") as file:
                values.tofile(file)

    def restore(self):
        if self.pristine is not None:
            self.array[:] = self.pristine

    def round(self, extent):
        self.restore()
        if self.operation["writes"] and os.path.exists(self.path):
            os.unlink(self.path)
        a, n, the, round_ = self.array, self.n, self.the, self.round_
        if self.before:
            self.before(a, n, the)
        began = time.perf_counter_ns()
        result = round_(a, n, the)
        for _ in range(self.repeats - 1):
            result = round_(a, n, the)
        nanoseconds = time.perf_counter_ns() - began
        if self.operation["writes"]:
            with open(self.path, "rb") as file:
                result = file.read()
        answer = result if isinstance(result, (int, float)) else checksum(bytes_of(result), extent)
        if self.after:
            self.after(a, n, the)
        return {"answer": answer, "nanoseconds": nanoseconds}

    def close(self):
        if os.path.exists(self.path):
            os.unlink(self.path)


# Some of what is imported prints.
answers, sys.stdout = sys.stdout, open(os.devnull, "w")
gc.disable()
task = None
for line in sys.stdin:
    order, *rest = line.rstrip("\n").split("\t")
    if order == "task":
        if task:
            task.close()
        task = None
        task = Task(*rest)
        reply = {"ready": True}
    else:
        reply = task.round(rest[0])
    print(json.dumps(reply), file=answers, flush=True)
if task:
    task.close()
