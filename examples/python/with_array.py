"""with_array.py FILE: reads the file into an array.array, then appends to it."""
import array
import json
import os
import sys

path = sys.argv[1]
numbers = array.array("d")
with open(path, "rb") as file:
    numbers.fromfile(file, os.path.getsize(path) // numbers.itemsize)
with open(path, "ab") as file:
    array.array("d", [2 * number for number in numbers]).tofile(file)
print(json.dumps(numbers.tolist()))
