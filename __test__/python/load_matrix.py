"""load_matrix.py PATH LOADS: loads a growing .npy file of several dimensions that often. Every load must be whole, and have at each flat index that index.

Prints "ready" after the first load, and at the end how many different lengths there were, and what was wrong, as JSON."""
import json
import sys

import numpy

path, loads = sys.argv[1], int(sys.argv[2])
lengths, wrong = set(), []
for load in range(loads):
    try:
        array = numpy.load(path) if load % 2 == 0 else numpy.load(path, mmap_mode="r")
        lengths.add(len(array))
        if array.shape[1:] != (3, 4) or not array.flags.c_contiguous:
            wrong.append(f"shape {array.shape}")
        elif (array.ravel() != numpy.arange(array.size)).any():
            wrong.append(f"elements of {array.shape}")
    except Exception as error:
        with open(path, "rb") as file:
            wrong.append(f"{error!r}, the header then: {file.read(128)!r}")
    if load == 0:
        print("ready", flush=True)
print(json.dumps({"lengths": len(lengths), "wrong": wrong[:5]}))
