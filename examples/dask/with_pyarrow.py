"""with_pyarrow.py FILE OFFSET LENGTH: an Arrow array of int64 on the pages of a file."""
import json
import mmap
import sys

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

path, offset, length = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
with open(path, "rb") as file:
    memory = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
values = pa.py_buffer(memory).slice(offset, length * 8)
array = pa.Array.from_buffers(pa.int64(), length, [None, values])
mapped_at = np.frombuffer(memory, dtype=np.uint8).ctypes.data
print(
    json.dumps(
        {
            "version": pa.__version__,
            "length": len(array),
            "sum": str(pc.sum(array).as_py()),
            "isZeroCopy": array.buffers()[1].address == mapped_at + offset,
        }
    )
)
