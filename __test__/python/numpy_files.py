"""The other end of npy-numpy.test.js: obeys one JSON request a line, answers one JSON line each.

Values travel as lists; 8-byte integers and what JSON has no number for as strings."""
import io
import json
import sys
import warnings

import numpy

# NumPy says that version 3 needs NumPy 1.17.
warnings.filterwarnings("ignore", "Stored array in format")

kept = {}


def plain(values):
    return [str(value) for value in values.tolist()]


def facts(array):
    return {"dtype": array.dtype.str, "shape": list(array.shape), "fortran": array.flags.fnc, "values": plain(array.ravel("K"))}


def save(path, dtype, values, shape=None, order="C", version=None):
    dtype = dtype if isinstance(dtype, str) else [tuple(field) for field in dtype]
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


def length(path):
    return len(numpy.load(path))


def hold(path, mode):
    kept[path] = numpy.load(path, mmap_mode=mode)
    return len(kept[path])


def held(path):
    return plain(kept[path])


def put(path, index, value):
    kept[path][index] = value
    kept[path].flush()


def evaluated(expression):
    """A dtype, or the elements of an array, that a test writes in Python."""
    return eval(expression, {"np": numpy, "nan": float("nan"), "inf": float("inf")})


def saved_header(dtype, count):
    """The header that np.save writes for so many elements."""
    array, written = numpy.zeros(count, evaluated(dtype)), io.BytesIO()
    numpy.save(written, array)
    return written.getvalue()[: -array.nbytes or None].hex()


def save_elements(path, dtype, items):
    numpy.save(path, elements(dtype, items))


def elements(dtype, items):
    """An array whose padding is zero, which that of numpy.array() need not be."""
    array = numpy.zeros(len(evaluated(items)), evaluated(dtype))
    for n, item in enumerate(evaluated(items)):
        array[n] = item
    return array


def compare_elements(path, dtype, items, mode=None):
    """What a .npy file has that differs from elements of a type, byte by byte."""
    found, expected = numpy.load(path, mmap_mode=mode), elements(dtype, items)
    if found.dtype != expected.dtype:
        return f"dtype {found.dtype}"
    return "" if found.tobytes() == expected.tobytes() else f"{found.tolist()}"[:1000]


def compare_raw(path, dtype, items):
    """The same for a file without a header, mapped with the dtype."""
    mapped = numpy.memmap(path, evaluated(dtype), "r")
    return "" if mapped.tobytes() == elements(dtype, items).tobytes() else f"{mapped.tolist()}"[:1000]


def save_grid(path, dtype, order):
    numpy.save(path, numpy.zeros((2, 3), evaluated(dtype), order=order))


def grid_element(path, position):
    return str(numpy.load(path)[tuple(evaluated(position))])


def put_element(path, index, item):
    kept[path][index] = evaluated(item)
    kept[path].flush()


def save_special(path, kind):
    special = {
        "big-endian": lambda: numpy.arange(3, dtype=">i4"),
        "objects": lambda: numpy.array([1, "a", None], dtype=object),
        "big-endian complex numbers": lambda: numpy.zeros(3, dtype=">c16"),
        "extended complex numbers": lambda: numpy.zeros(3, dtype="G"),
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
        "extended complex": numpy.array([1 + 2j, 3 - 4j], "G"),
        "dates": numpy.array(["1970-01-03", "1969-12-31"], "M8[D]"),
        "records with": numpy.array([(1, "a", 2.5), (2, "b", -3.5)], [("time", "<i4"), ("name", "U5"), ("price", "<f8")]),
        "objects": numpy.array([big, 2], dtype=object),
        "strings that": numpy.array(["1.5", "-20"]),
        "other strings": numpy.array(["ab", "c"]),
        "extended precision": numpy.array([1.5, -2], "g"),
        "raw": numpy.array([b"\x01\x02", b"\x03\x04"], "V2"),
    }
    found = next(array for name, array in arrays.items() if kind.startswith(name))
    numpy.save(path, eval(expression, {"np": numpy, "a": found}))


requests = {function.__name__: function for function in (save, save_pattern, save_digits, header, load, length, hold, held, put, save_special, save_advised,
    saved_header, save_elements, compare_elements, compare_raw, put_element, save_grid, grid_element)}
for line in sys.stdin:
    name, *parameters = json.loads(line)
    try:
        answer = {"value": requests[name](*parameters)}
    except Exception as error:
        answer = {"error": repr(error)}
    print(json.dumps(answer), flush=True)
