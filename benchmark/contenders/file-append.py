"""file-append.py PATH COUNT: appends to a mmap_backed_array on a file, a new file each round."""
import json
import mmap
import os
import sys
import time

from mmap_backed_array import mmaparray

path, count = sys.argv[1], int(sys.argv[2])

for _ in sys.stdin:
    # an empty file cannot be mapped: the first element is there before
    with open(path, "wb") as file:
        file.write(bytes(4))
    with open(path, "r+b") as file:
        elements = mmaparray("i", mmap=mmap.mmap(file.fileno(), 0))
    began = time.perf_counter_ns()
    for element in range(1, count):
        elements.append(element)
    nanoseconds = time.perf_counter_ns() - began
    del elements
    answer = os.stat(path).st_size // 4
    os.unlink(path)
    print(json.dumps({"answer": answer, "nanoseconds": nanoseconds}), flush=True)
