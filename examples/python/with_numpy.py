"""with_numpy.py FILE: halves the numbers, in place."""
import json
import sys

import numpy

numbers = numpy.memmap(sys.argv[1], dtype=numpy.float64, mode="r+")
numbers /= 2
print(json.dumps({"version": numpy.__version__, "halved": numbers.tolist()}))
