"""The other end of npy-numpy.test.js: obeys one JSON request a line, answers one JSON line each.

Values travel as lists; 8-byte integers and what JSON has no number for as strings."""
import io
import json
import sys

import numpy

kept = {}


def plain(values):
    return [str(value) for value in values.tolist()]


def facts(array):
    return {"dtype": array.dtype.str, "shape": list(array.shape), "fortran": array.flags.fnc, "values": plain(array.ravel("K"))}


def save(path, dtype, values, shape=None, order="C", version=None):
    array = numpy.array(values, dtype=dtype).reshape(shape or (len(values),), order=order)
    if order == "F":
        array = numpy.asfortranarray(array)
    with open(path, "wb") as file:
        numpy.lib.format.write_array(file, array, version=version and tuple(version), allow_pickle=True)


def save_pattern(path, dtype, shape, order):
    count = int(numpy.prod(shape, dtype=int))
    kind = numpy.dtype(dtype).kind
    pattern = numpy.arange(count) * 7 % 31
    if kind == "b":
        pattern = pattern % 2 == 0
    if kind in "US":
        pattern = (pattern + 65).astype("u4").view("U1")
    numpy.save(path, numpy.array(pattern.astype(dtype).reshape(shape), order=order))


def save_digits(path, dtype):
    """Powers of two and their neighbours, small and random numbers; gives the digits that NumPy prints."""
    word = numpy.dtype(dtype.replace("f", "u"))
    mantissa = 23 if word.itemsize == 4 else 10
    powers = (numpy.arange(1, 255 if mantissa == 23 else 31) << mantissa)[:, None] + numpy.arange(-2, 3)
    random = numpy.random.default_rng(7).integers(0, 2 ** (8 * word.itemsize), 20_000)
    bits = numpy.concatenate([powers.ravel(), numpy.arange(1, 500), random]).astype(word)
    values = bits.view(dtype)
    values = values[numpy.isfinite(values)]
    values.tofile(path)
    return [numpy.format_float_scientific(value, unique=True, trim="-") for value in values]


def header(dtype, count):
    written = io.BytesIO()
    dictionary = {"descr": numpy.dtype(dtype).str, "fortran_order": False, "shape": (count,)}
    numpy.lib.format.write_array_header_1_0(written, dictionary)
    return written.getvalue().hex()


def load(path):
    return facts(numpy.load(path))


def hold(path, mode):
    kept[path] = numpy.load(path, mmap_mode=mode)
    return len(kept[path])


def held(path):
    return plain(kept[path])


def put(path, index, value):
    kept[path][index] = value
    kept[path].flush()


def save_special(path, kind):
    special = {
        "big-endian": lambda: numpy.arange(3, dtype=">i4"),
        "structured": lambda: numpy.zeros(3, dtype=[("a", "<i4"), ("b", "<f8")]),
        "with a title": lambda: numpy.zeros(3, dtype=[(("ü", "a"), "<i4")]),
        "objects": lambda: numpy.array([1, "a", None], dtype=object),
        "complex": lambda: numpy.zeros(3, dtype="c16"),
        "dates": lambda: numpy.zeros(3, dtype="M8[ns]"),
        "long strings": lambda: numpy.array(["abc", "de"]),
        "long bytes": lambda: numpy.array([b"abc", b"de"]),
        "extended precision": lambda: numpy.zeros(3, dtype="g"),
        "raw bytes": lambda: numpy.zeros(3, dtype="V3"),
    }
    numpy.save(path, special[kind](), allow_pickle=True)


def save_advised(path, kind, expression):
    """Saves what the documentation says to make of an array `a` of a kind."""
    big = 2**53 + 1
    arrays = {
        "complex": numpy.array([1 + 2j, 3 - 4j]),
        "dates": numpy.array(["1970-01-03", "1969-12-31"], "M8[D]"),
        "records": numpy.array([(1, 2.5), (2, -3.5)], [("volume", "<i4"), ("price", "<f8")]),
        "objects": numpy.array([big, 2], dtype=object),
        "strings that": numpy.array(["1.5", "-20"]),
        "other strings": numpy.array(["ab", "c"]),
        "extended": numpy.array([1.5, -2], "g"),
        "raw": numpy.array([b"\x01\x02", b"\x03\x04"], "V2"),
    }
    found = next(array for name, array in arrays.items() if kind.startswith(name))
    numpy.save(path, eval(expression, {"np": numpy, "a": found}))


requests = {function.__name__: function for function in (save, save_pattern, save_digits, header, load, hold, held, put, save_special, save_advised)}
for line in sys.stdin:
    name, *parameters = json.loads(line)
    try:
        answer = {"value": requests[name](*parameters)}
    except Exception as error:
        answer = {"error": repr(error)}
    print(json.dumps(answer), flush=True)
