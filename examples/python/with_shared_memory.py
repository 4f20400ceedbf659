"""with_shared_memory.py VERB NAME

careless NAME    opens the named memory as Python's manual shows, and negates the numbers: when this program ends, the name is gone
careful NAME     the same with mmap_array, and the name stays
make NAME        makes named memory that stays when this program ends
"""
import json
import sys
from multiprocessing import shared_memory

import mmap_array

verb, name = sys.argv[1:]
if verb == "make":
    with mmap_array.open_shm(name, "d", "wx+") as array:
        array.extend([0.5, 1.5, 2.5, 3.5])
        numbers = array.tolist()
elif verb == "careful":
    with mmap_array.open_shm(name, "d", "r+") as array:
        array[:] = numbers = [-number for number in array]
else:
    memory = shared_memory.SharedMemory(name)
    view = memory.buf.cast("d")
    numbers = [-number for number in view[:4]]
    for index, number in enumerate(numbers):
        view[index] = number
    view.release()
    memory.close()
print(json.dumps({"version": sys.version.split()[0], "numbers": numbers}))
