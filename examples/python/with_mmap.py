"""with_mmap.py FILE: adds one to every number, in place."""
import json
import mmap
import sys

with open(sys.argv[1], "r+b") as file:
    numbers = memoryview(mmap.mmap(file.fileno(), 0)).cast("d")
seen = numbers.tolist()
for index, number in enumerate(seen):
    numbers[index] = number + 1
print(json.dumps(seen))
