"""with_numpy.py RAW NPY MADE: halves the numbers of the raw file, and squares those of the .npy file, in place; makes another one."""
import json
import sys

import numpy

raw, npy, made = sys.argv[1:]
halved = numpy.memmap(raw, dtype=numpy.float64, mode="r+")
halved /= 2
squared = numpy.load(npy, mmap_mode="r+")
numpy.square(squared, out=squared)
numpy.save(made, numpy.arange(5, dtype=numpy.float64))
print(json.dumps({"version": numpy.__version__, "halved": halved.tolist(), "squared": squared.tolist()}))
