"""The other end of python-interop.test.js: obeys one JSON request a line, answers one JSON line each.

Requests: {"open": path}, {"read": [typecode, start, count]}, {"write": [typecode, index, value]}, {"append": [typecode, values]},
{"size": true}. Reads and writes go through mmap, appends through array.tofile.
"""

import json
import mmap
import os
import sys
from array import array

path = None
memory = None


def open_file(name):
    global path, memory
    path = name
    if memory is not None:
        memory.close()
    with open(name, "r+b") as file:
        memory = mmap.mmap(file.fileno(), 0)
    return len(memory)


def read(typecode, start, count):
    size = array(typecode).itemsize
    items = array(typecode)
    items.frombytes(memory[start * size : (start + count) * size])
    return items.tolist()


def write(typecode, index, value):
    item = array(typecode, [value]).tobytes()
    memory[index * len(item) : (index + 1) * len(item)] = item


def append(typecode, values):
    with open(path, "ab") as file:
        array(typecode, values).tofile(file)
    return os.path.getsize(path)


for line in sys.stdin:
    request = json.loads(line)
    if "open" in request:
        answer = open_file(request["open"])
    elif "read" in request:
        answer = read(*request["read"])
    elif "write" in request:
        answer = write(*request["write"])
    elif "append" in request:
        answer = append(*request["append"])
    else:
        answer = os.path.getsize(path)
    print(json.dumps(answer), flush=True)
