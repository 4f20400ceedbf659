# pyarrow over a file of .npy: the array's buffer is the mapped file itself.
import mmap

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_arrays = {}


def _map(path):
    offset, rows = (lambda array: (array.offset, len(array)))(np.load(path, mmap_mode="r"))
    with open(path, "rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    data = pa.py_buffer(mapped).slice(offset, rows * 4)
    array = pa.Array.from_buffers(pa.uint32(), rows, [None, data])
    return array, np.frombuffer(mapped, np.uint8).ctypes.data + offset


def look(path):
    """The same array at every look: what changed in the file shows in it."""
    if path not in _arrays:
        _arrays[path] = _map(path)
    array, address = _arrays[path]
    return {
        "sameAddress": array.buffers()[1].address == address,
        "first": array[0].as_py(),
        "sum": pc.sum(array).as_py(),
    }
