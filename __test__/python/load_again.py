"""load_again.py PATH: loads a .npy file over and over, in each way NumPy has, until standard input ends.

A load that fails is repeated at once. Records must have twice their n as twice. Prints "ready" after the first load, and at the end how many loads there were, of how
many different lengths, how many had to be repeated, and what failed then too, as JSON."""
import json
import sys
import threading

import numpy

path = sys.argv[1]
ended = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()

loads, lengths, repeated, failures = 0, set(), 0, []


def load():
    return numpy.load(path) if loads % 2 == 0 else numpy.load(path, mmap_mode="r")


while not ended.is_set() or loads < 2:
    try:
        try:
            array = load()
        except Exception:
            repeated += 1
            array = load()
        lengths.add(len(array))
        if array.dtype.names and not (array["twice"] == 2 * array["n"]).all():
            failures.append(f"torn: {array[array['twice'] != 2 * array['n']][:3]}")
    except Exception as error:
        with open(path, "rb") as file:
            failures.append(f"{error!r}, the header then: {file.read(128)!r}")
    loads += 1
    if loads == 1:
        print("ready", flush=True)
print(json.dumps({"loads": loads, "lengths": len(lengths), "repeated": repeated, "failures": failures[:5]}))
