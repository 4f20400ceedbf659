"""with_handle.py HANDLE: multiplies the numbers by ten, in place, and appends their old sum."""
import json
import sys

import mmap_array

with mmap_array.attach(sys.argv[1]) as numbers, numbers.locked():
    seen = numbers.tolist()
    numbers[:] = [10 * number for number in seen]
    numbers.append(sum(seen))
print(json.dumps(seen))
