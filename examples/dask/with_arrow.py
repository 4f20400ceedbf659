# python3 with_arrow.py PATH: a pyarrow array on the memory of a mapped .npy file.
import json
import mmap
import sys

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

mapped_numbers = np.load(sys.argv[1], mmap_mode="r")
offset, rows = mapped_numbers.offset, len(mapped_numbers)  # The header ends at the offset.
with open(sys.argv[1], "rb") as file:
    mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
elements = pa.py_buffer(mapped).slice(offset, rows * 4)
array = pa.Array.from_buffers(pa.uint32(), rows, [None, elements])
address = np.frombuffer(mapped, np.uint8).ctypes.data + offset


def look():
    same = array.buffers()[1].address == address
    print(json.dumps({"sameAddress": same, "first": array[0].as_py(), "sum": pc.sum(array).as_py()}), flush=True)


look()
for _ in sys.stdin:
    look()
