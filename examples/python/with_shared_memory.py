"""with_shared_memory.py VERB NAME

careless NAME    opens the named memory as the manual shows, and negates the numbers: when this program ends, the name is gone
careful NAME     the same, but the name stays
make NAME        makes named memory that stays when this program ends
"""
import json
import sys
from multiprocessing import resource_tracker, shared_memory

LENGTH = 4
verb, name = sys.argv[1:]


def untracked(**how):
    """Python's resource tracker unlinks, at the end of the program, what the program opened or made: other programs do not count."""
    if sys.version_info >= (3, 13):
        return shared_memory.SharedMemory(name, track=False, **how)
    memory = shared_memory.SharedMemory(name, **how)
    resource_tracker.unregister(memory._name, "shared_memory")
    return memory


if verb == "careless":
    memory = shared_memory.SharedMemory(name)
elif verb == "careful":
    memory = untracked()
else:
    memory = untracked(create=True, size=LENGTH * 8)

numbers = memory.buf.cast("d")
for index in range(LENGTH):
    numbers[index] = index + 0.5 if verb == "make" else -numbers[index]
print(json.dumps({"version": sys.version.split()[0], "numbers": numbers[:LENGTH].tolist()}))
numbers.release()
memory.close()
