"""kernel.py PARAMETERS: the same work by NumPy."""
import json
import sys
import time

import numpy

parameters = json.loads(sys.argv[1])
elements, work = parameters["elements"], parameters["work"]
dtype = {"i": "i4", "d": "f8"}[parameters["typecode"]]


def scrambled(count, first):
    index = numpy.arange(first, first + count, dtype="u8") * 2654435761
    return index.astype("u4").view("i4").astype(dtype)


if work in ("sort", "searchsorted"):
    source = scrambled(elements, 0)
else:
    source = (numpy.arange(elements) % 1000 - 300).astype(dtype)
if work == "searchsorted":
    source.sort()
array = source.copy()
other = scrambled(parameters["needles"], 1) if work == "searchsorted" else source.copy()

WORK = {
    "count": lambda: int(numpy.count_nonzero(array == 5)),
    "index": lambda: 0 if (array == 9999).any() else -1,
    "sum": lambda: array.sum(),
    "min": lambda: array.min(),
    "max": lambda: array.max(),
    "equals": lambda: numpy.array_equal(array, other),
    "byteswap": lambda: array.byteswap(inplace=True),
    "reverse": lambda: numpy.copyto(array, array[::-1]),
    "fill": lambda: array.fill(7),
    "sort": lambda: array.sort(),
    "searchsorted": lambda: numpy.searchsorted(array, other),
}
run = WORK[work]
is_writing = work in ("byteswap", "reverse", "fill", "sort")

for _ in sys.stdin:
    if is_writing:
        array[:] = source
    began = time.perf_counter_ns()
    result = run()
    took = time.perf_counter_ns() - began
    if is_writing:
        answer = int(array[0]) + 3 * int(array[1]) + 7 * int(array[-1])
    else:
        answer = int(result.sum() if work == "searchsorted" else result)
    print(json.dumps({"answer": answer, "nanoseconds": took}), flush=True)
