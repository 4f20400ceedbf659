"""Arrays in mapped memory, shared with the npm package mmap-array.

This single file needs Python 3.8 or later on Linux, and nothing else: copy it, or add its folder to sys.path. Its names are those of the
package for Node.js; docs/python.md describes them. Its errors are `Error`, with the same `code` as in the package. System errors are OSError.
"""

import ast
import contextlib
import ctypes
import errno
import fcntl
import json
import mmap
import operator
import os
import platform
import re
import reprlib
import select
import stat
import struct
import sys
import threading
import time
import weakref

__all__ = ["Error", "MmapArray", "attach", "open", "open_shm", "unlink_shm"]

if not sys.platform.startswith("linux") or sys.byteorder != "little" or sys.maxsize < 2**32:
    raise ImportError("mmap_array.py is for Linux on 64-bit processors of little-endian byte order")


class Error(Exception):
    """An error of this module, with a stable `code` such as 'ERR_STALE_HANDLE'. It is also a TypeError, ValueError or IndexError if that fits."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code

    def __reduce__(self):
        # A pool of processes pickles the errors of its workers.
        return _error, (_KINDS.index(type(self)), self.code, str(self))


class _WrongType(Error, TypeError):
    pass


class _WrongValue(Error, ValueError):
    pass


class _WrongIndex(Error, IndexError):
    pass


_KINDS = (Error, _WrongType, _WrongValue, _WrongIndex)
for _kind in _KINDS:
    # Tracebacks show the public name.
    _kind.__name__ = _kind.__qualname__ = "Error"


def _error(kind, code, message):
    return _KINDS[kind](code, message)


class _ShortRepr(reprlib.Repr):
    """The repr of a value in a message: long and nested values are shortened."""

    def __init__(self):
        super().__init__()
        self.maxlevel, self.maxdict, self.maxstring, self.maxother = 2, 20, 100, 100


_shown = _ShortRepr().repr


def _invalid(name, requirement, received):
    return _WrongType("ERR_INVALID_ARG_TYPE", f"{name} must be {requirement}. Received {_shown(received)}")


def _out_of_range(name, requirement, received):
    return _WrongValue("ERR_OUT_OF_RANGE", f"{name} must be {requirement}. Received {_shown(received)}")


def _integer(name, value, least=0):
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise _invalid(name, "an integer", value)
    value = operator.index(value)
    if value < least:
        raise _out_of_range(name, f"at least {least}", value)
    return value


def _deadline(timeout):
    """Returns the time at which a timeout in seconds ends. Infinity for None."""
    if timeout is None:
        return float("inf")
    if isinstance(timeout, bool) or not isinstance(timeout, (int, float)):
        raise _invalid("timeout", "a number of seconds or None", timeout)
    return time.monotonic() + max(timeout, 0) if timeout == timeout else float("inf")


# Element types. A type has itemsize, alignment, code (None for records), descr (NumPy's name of it), pack and unpack.


class _Scalar:
    def __init__(self, code, letter, descr, kind):
        self.code, self.letter, self.descr, self.kind = code, letter, descr, kind
        # A complex number is two floats.
        self.parts = 2 if kind == "complex" else 1
        self.alignment = struct.calcsize("<" + letter)
        self.itemsize = self.parts * self.alignment
        self.label = f"'{code}'"
        # memoryview has no characters, halves or complex numbers. It shows code points, bits and pairs instead.
        self.view_format = "H" if code == "e" else letter
        self.record = None
        if kind in ("integer", "character"):
            bits = 8 * self.itemsize
            is_signed = letter.islower()
            self.least = -(1 << bits - 1) if is_signed else 0
            self.most = (1 << bits - is_signed) - 1 if kind == "integer" else min((1 << bits) - 1, 0x10FFFF)

    def encode(self, value, name="an element"):
        """Returns the numbers that `struct` packs for an element. An error calls the element by `name`."""
        if self.kind == "character":
            if not isinstance(value, str) or len(value) != 1:
                raise _invalid(name, f"one character, because the type is {self.label}", value)
            number = ord(value)
        elif self.kind == "integer":
            if isinstance(value, bool) or not hasattr(value, "__index__"):
                raise _invalid(name, f"an integer, because the type is {self.label}", value)
            number = operator.index(value)
        else:
            return self._encode_real(value, name)
        if not self.least <= number <= self.most:
            raise self._does_not_fit(value, name)
        return (number,)

    def _encode_real(self, value, name):
        is_complex = self.kind == "complex"
        is_number = hasattr(value, "__float__") or hasattr(value, "__index__") or (is_complex and hasattr(value, "__complex__"))
        if isinstance(value, (str, bytes, bool)) or not (is_number or is_complex and isinstance(value, complex)):
            raise _invalid(name, f"a number, because the type is {self.label}", value)
        try:
            number = complex(value) if is_complex else float(value)
            parts = (number.real, number.imag) if is_complex else (number,)
            # Rounds as a C compiler does: a number that is too large becomes infinite.
            return tuple(ctypes.c_float(part).value if self.letter == "f" else part for part in parts)
        except OverflowError:
            raise self._does_not_fit(value, name) from None

    def _does_not_fit(self, value, name="an element"):
        return _WrongValue("ERR_VALUE_OUT_OF_RANGE", f"{name} must fit the type {self.label}. Received {_shown(value)}")

    def decode(self, parts):
        if self.kind == "character":
            if parts[0] > self.most:
                raise _WrongValue("ERR_VALUE_OUT_OF_RANGE", f"the memory holds {parts[0]:#x}, which is no character")
            return chr(parts[0])
        return complex(*parts) if self.kind == "complex" else parts[0]

    def pack(self, items):
        if self.kind in ("integer", "float"):
            try:
                return struct.pack(f"<{len(items)}{self.letter}", *items)
            except (struct.error, OverflowError, TypeError):
                pass  # One element is wrong or must be converted. The code below finds it.
        parts = [part for item in items for part in self.encode(item)]
        try:
            return struct.pack(f"<{len(parts)}{self.letter}", *parts)
        except OverflowError:  # a half
            large = next(part for part in parts if abs(part) >= 65520)
            raise self._does_not_fit(large) from None

    def unpack(self, data):
        numbers = struct.unpack(f"<{len(data) // self.alignment}{self.letter}", data)
        if self.kind in ("integer", "float"):
            return list(numbers)
        return [self.decode(numbers[at : at + self.parts]) for at in range(0, len(numbers), self.parts)]


_SCALARS = {
    code: _Scalar(code, letter, descr, kind)
    for code, letter, descr, kind in (
        ("b", "b", "|i1", "integer"),
        ("B", "B", "|u1", "integer"),
        ("h", "h", "<i2", "integer"),
        ("H", "H", "<u2", "integer"),
        ("i", "i", "<i4", "integer"),
        ("I", "I", "<u4", "integer"),
        ("l", "q", "<i8", "integer"),
        ("L", "Q", "<u8", "integer"),
        ("q", "q", "<i8", "integer"),
        ("Q", "Q", "<u8", "integer"),
        ("e", "e", "<f2", "float"),
        ("f", "f", "<f4", "float"),
        ("d", "d", "<f8", "float"),
        ("c", "B", "|S1", "character"),
        ("u", "I", "<U1", "character"),
        ("w", "I", "<U1", "character"),
        ("Zf", "f", "<c8", "complex"),
        ("Zd", "d", "<c16", "complex"),
    )
}
# Of several codes with the same name, the last one counts: q, Q and w, as in the package.
_CODES_OF_DESCR = {**{scalar.descr: code for code, scalar in _SCALARS.items()}, "|b1": "B"}
# The names of the typecodes, as in the package. A number in a bare name counts bits; behind NumPy's mark it counts bytes.
_NAMES = {
    "b": "int8 i8 Int8Array |i1 <i1",
    "B": "uint8 u8 Uint8Array |u1 <u1",
    "h": "int16 i16 Int16Array <i2",
    "H": "uint16 u16 Uint16Array <u2",
    "i": "int32 i32 Int32Array <i4",
    "I": "uint32 u32 Uint32Array <u4",
    "q": "int64 i64 BigInt64Array <i8",
    "Q": "uint64 u64 BigUint64Array <u8",
    "e": "float16 f16 Float16Array <f2",
    "f": "float32 f32 Float32Array <f4",
    "d": "float64 f64 Float64Array <f8",
    "Zf": "complex64 <c8",
    "Zd": "complex128 <c16",
    "c": "latin1 |S1",
    "w": "ucs4 <U1",
}
_CODES_OF_NAMES = {name: code for code, names in _NAMES.items() for name in names.split()}
# Names of other languages. Some have different sizes on different machines, so they are only hints.
_ALIASES = {"double": "d", "float": "f", "single": "f", "half": "e", "long": "q", "int": "i", "uint": "I", "short": "h", "byte": "B"}


class _Record:
    code = None
    view_format = "B"
    alignment = 1
    label = "records"
    MOST_BYTES = 2**20

    def __init__(self, fields, itemsize=None):
        """`fields` is a list of (name, scalar, count or None, offset or None). A field without an offset follows the one before it."""
        if not fields:
            raise _WrongType("ERR_INVALID_RECORD_TYPE", "a record has at least one field")
        self.fields, end = [], 0
        names = set()
        for name, scalar, count, offset in fields:
            if not isinstance(name, str) or name == "" or name in names:
                raise _WrongType("ERR_INVALID_RECORD_TYPE", f"a field must have a name of its own. Received {_shown(name)}")
            names.add(name)
            offset = end if offset is None else offset
            end = offset + scalar.itemsize * (1 if count is None else count)
            if max(end, itemsize or 0) > self.MOST_BYTES:
                raise _WrongType("ERR_INVALID_RECORD_TYPE", f"a record has at most {self.MOST_BYTES} bytes")
            self.fields.append((name, scalar, count, offset))
        # struct packs from the first byte on, so the fields must be in the order of their offsets.
        self._placed = sorted(self.fields, key=lambda field: field[3])
        layout, end, self.descr = "<", 0, []
        for name, scalar, count, offset in self._placed:
            if offset < end:
                raise _WrongType("ERR_INVALID_RECORD_TYPE", f"the field '{name}' overlaps another one")
            self._skip(offset - end)
            values = 1 if count is None else count
            layout += f"{offset - end}x{values * scalar.parts}{scalar.letter}"
            end = offset + values * scalar.itemsize
            self.descr.append((name, scalar.descr) if count is None else (name, scalar.descr, (count,)))
        self.itemsize = end if itemsize is None else itemsize
        if self.itemsize < end:
            raise _WrongType("ERR_INVALID_RECORD_TYPE", f"the itemsize must be at least {end}, where the last field ends")
        self._skip(self.itemsize - end)
        self._struct = struct.Struct(f"{layout}{self.itemsize - end}x")
        listed = ({"name": n, "typecode": s.code, "offset": o, **({} if c is None else {"count": c})} for n, s, c, o in self.fields)
        self.record = {"fields": list(listed), "itemsize": self.itemsize}

    def _skip(self, padding):
        if padding > 0:
            self.descr.append(("", f"|V{padding}"))

    def _pack_one(self, item):
        names = [field[0] for field in self.fields]
        if isinstance(item, dict):
            if len(item) != len(names) or any(name not in item for name in names):
                raise _invalid("a record", f"a dict with the keys {names}", item)
        elif isinstance(item, (list, tuple)) and len(item) == len(names):
            item = dict(zip(names, item))
        else:
            raise _invalid("a record", f"a dict or a sequence with a value for each of {names}", item)
        numbers = []
        for name, scalar, count, _ in self._placed:
            is_list = count is None or hasattr(item[name], "__iter__")
            values = [item[name]] if count is None else list(item[name]) if is_list else []
            if count is not None and len(values) != count:
                raise _invalid(f"the field '{name}'", f"a sequence of {count} values", item[name])
            for value in values:
                numbers += scalar.encode(value, f"the field '{name}'")
        try:
            return self._struct.pack(*numbers)
        except OverflowError:
            # A half. struct does not say which one.
            for name, scalar, count, _ in self._placed:
                for value in [item[name]] if count is None else item[name]:
                    if scalar.code == "e" and 65520 <= abs(scalar.encode(value)[0]) < float("inf"):
                        raise scalar._does_not_fit(value, f"the field '{name}'") from None
            raise

    def pack(self, items):
        return b"".join(map(self._pack_one, items))

    def unpack(self, data):
        return list(map(self._decode, self._struct.iter_unpack(data)))

    def _decode(self, numbers):
        item, at = dict.fromkeys(field[0] for field in self.fields), 0
        for name, scalar, count, _ in self._placed:
            values = []
            for _ in range(1 if count is None else count):
                values.append(scalar.decode(numbers[at : at + scalar.parts]))
                at += scalar.parts
            item[name] = values[0] if count is None else values
        return item


def _numpy_name(given):
    """Returns NumPy's name of a class such as numpy.float32, or of a dtype. None for other values."""
    numpy = sys.modules.get("numpy")
    if numpy is None or not (isinstance(given, numpy.dtype) or isinstance(given, type) and issubclass(given, numpy.generic)):
        return None
    return numpy.dtype(given).str


def _hint(name):
    """Returns what may be meant by an unknown name of a type, for the end of a message."""
    word = name.lower()
    if word in ("|b1", "bool", "boolean"):
        return "; write u8 for bytes of 0 and 1"
    if name[:1] == ">" and "<" + name[1:] in _CODES_OF_NAMES:
        return "; big-endian elements cannot be mapped: convert the file with `mmap-array convert`"
    lower = {known.lower(): code for known, code in _CODES_OF_NAMES.items()}
    meant = lower.get(word) or lower.get("<" + word[1:] if word[:1] in "<>=|" else None) or _ALIASES.get(word)
    if meant:
        return f"; did you mean {_NAMES[meant].split()[0]}?"
    parts = re.fullmatch(r"(i|u|f|int|uint|float)(\d{1,3})", word)
    code = parts and _CODES_OF_NAMES.get(f"<{parts[1][0]}{parts[2]}")
    if not code:
        return ""
    (long, short), size = _NAMES[code].split()[:2], parts[2]
    kind = {"i": "int", "u": "uint", "f": "float"}[parts[1][0]]
    there_is_none = f"; there is no {kind}{size}, because the size counts bits"
    return f"{there_is_none}. If you mean {size} bytes, it is {long}: write {short} or <{parts[1][0]}{size}"


def _scalar_of(given, field=None):
    name = _numpy_name(given) or given
    scalar = None
    if isinstance(name, str):
        scalar = _SCALARS.get(name) or _SCALARS.get(_CODES_OF_NAMES.get(name))
    if scalar is None:
        names = f"one of {', '.join(_SCALARS)}, or a name such as float64, f64 or <f8"
        received = f"Received {_shown(given)}{_hint(name) if isinstance(name, str) and len(name) <= 30 else ''}"
        if field is not None:
            raise _WrongType("ERR_INVALID_RECORD_TYPE", f"the type of the field '{field}' must be {names}. {received}")
        raise _WrongType("ERR_INVALID_TYPECODE", f"a type must be {names}, or the fields of a record. {received}")
    return scalar


def _type_of(given):
    """Returns the type for a typecode or a name, [(name, type), …], {name: type, …}, {'fields': […], 'itemsize': …} or a dtype of NumPy."""
    if isinstance(given, (_Scalar, _Record)):
        return given
    if _numpy_name(given) and getattr(given, "names", None):
        return _Header._type_of(given.descr, "the record")
    if not isinstance(given, (list, tuple, dict)):
        return _scalar_of(given)
    fields, itemsize = [], None
    if isinstance(given, dict) and isinstance(given.get("fields"), list):
        itemsize = _integer("itemsize", given.get("itemsize"), 1)
        for field in given["fields"]:
            if not isinstance(field, dict):
                raise _WrongType("ERR_INVALID_RECORD_TYPE", f"a field of a layout must be a dict. Received {_shown(field)}")
            count = None if field.get("count") is None else _integer("a count", field["count"], 1)
            fields.append((field.get("name"), _scalar_of(field.get("typecode"), field.get("name")), count, _integer("an offset", field.get("offset"))))
        return _Record(fields, itemsize)
    for field in given.items() if isinstance(given, dict) else given:
        if not isinstance(field, (list, tuple)) or len(field) != 2:
            raise _WrongType("ERR_INVALID_RECORD_TYPE", f"a field must be (name, type) or (name, (type, count)). Received {_shown(field)}")
        name, code = field
        count = None
        if isinstance(code, (list, tuple)):
            if len(code) != 2:
                raise _WrongType("ERR_INVALID_RECORD_TYPE", f"the field '{name}' must be (type, count). Received {_shown(code)}")
            code, count = code[0], _integer(f"the count of the field '{name}'", code[1], 1)
        fields.append((name, _scalar_of(code, name), count, None))
    return _Record(fields)


# The header of NumPy's .npy files. Its count is the length of the array.


class _Header:
    """A header: the type, the shape, the position of the first element, and the bytes of the header."""

    MAGIC = b"\x93NUMPY"
    MOST = 10_000

    def __init__(self, data, where):
        self.bytes = data
        self.start = len(data)
        self.text_at = 10 if data[6] == 1 else 12
        try:
            found = ast.literal_eval(data[self.text_at :].decode("latin1" if data[6] < 3 else "utf8").strip())
            descr, is_fortran, shape = (found[key] for key in ("descr", "fortran_order", "shape"))
            self.shape = tuple(_integer("a length", length) for length in shape)
        except (ValueError, TypeError, SyntaxError, KeyError, MemoryError, RecursionError, Error) as error:
            raise _invalid_npy(f"its header cannot be read ({error})", where) from None
        self.type = self._type_of(descr, where)
        self.order = "F" if is_fortran else "C"
        self.count = _product(self.shape)
        # The shape of a row, if the array can grow by rows. An array of one dimension grows by elements.
        rest = self.shape[1:]
        self.row_shape = rest if self.shape and not (is_fortran and rest) and _product(rest) > 0 else None

    @classmethod
    def read(cls, descriptor, where):
        # A writer changes the header so that Python can parse it at any time, unless it has an unusual layout.
        for attempt in range(3):
            try:
                return cls(cls._read_bytes(descriptor, where), where)
            except Error as error:
                if attempt == 2 or error.code != "ERR_INVALID_NPY":
                    raise

    @classmethod
    def _read_bytes(cls, descriptor, where):
        start = os.pread(descriptor, 12, 0)
        if start[:6] != cls.MAGIC or len(start) < 12 or start[6] not in (1, 2, 3):
            raise _invalid_npy("it does not begin with a header of the format", where)
        length = struct.unpack("<H", start[8:10])[0] + 10 if start[6] == 1 else struct.unpack("<I", start[8:12])[0] + 12
        if length > 4 * cls.MOST + 12:
            raise _invalid_npy(f"its header claims to be {length} bytes long", where)
        data = os.pread(descriptor, length, 0)
        if len(data) < length:
            raise _invalid_npy("it ends inside its header", where)
        return data

    @staticmethod
    def _type_of(descr, where):
        def scalar_of(name):
            code = _CODES_OF_DESCR.get(name.replace("=", "<") if isinstance(name, str) else None)
            if code is None:
                reason = f"{where}: elements of the dtype {name!r} cannot be mapped"
                if isinstance(name, str) and name[:1] == ">":
                    reason += ", because they are big-endian: convert the file with `mmap-array convert`"
                raise Error("ERR_UNSUPPORTED_NPY", reason)
            return _SCALARS[code]

        if not isinstance(descr, list):
            return scalar_of(descr)
        fields, offset = [], 0
        for name, dtype, *shape in descr:
            count = None
            if shape and shape[0] != ():
                count = _product(shape[0] if isinstance(shape[0], (tuple, list)) else (shape[0],))
            padding = re.fullmatch(r"[<>=|]?V(\d+)", dtype) if isinstance(dtype, str) else None
            if name == "" and padding:
                offset += int(padding[1]) * (count or 1)
                continue
            scalar = scalar_of(dtype)
            fields.append((name[1] if isinstance(name, tuple) else name, scalar, count, offset))
            offset += scalar.itemsize * (1 if count is None else count)
        return _Record(fields, offset)

    @classmethod
    def create(cls, type_, row_shape=()):
        """Returns the bytes of a header that counts no elements. It has room for 21 digits and for the steps of writes()."""
        text = f"{{'descr': {type_.descr!r}, 'fortran_order': False, 'shape': {(0, *row_shape)!r}, }}"
        version, data = (1, text.encode("latin1")) if all(char <= "\xff" for char in text) else (3, text.encode("utf8"))
        text_at = 10 if version == 1 else 12
        # Pads as NumPy does, unless that leaves too few spaces for writes().
        end = text_at + len(data)
        length = (end + 21) // 64 * 64 + 64
        length += 64 if length <= end + 38 else 0
        if len(text) + length - text_at > cls.MOST:
            raise Error("ERR_UNSUPPORTED_NPY", "the names of the fields are longer than NumPy reads")
        size = struct.pack("<H" if version == 1 else "<I", length - text_at)
        return cls.MAGIC + bytes((version, 0)) + size + data.ljust(length - text_at - 1) + b"\n"

    def writes(self, count, where):
        """Returns the new header and the writes that change the count, as (position, bytes). After each, NumPy reads the old or the new count.

        The new count is first written after a '#' or in quotes. Then one byte switches to it: see src/npy/recount.rs.
        """
        marker = re.search(rb"'fortran_order': False, 'shape':[ \"]\(", self.bytes)
        if marker is None:
            raise Error("ERR_UNSUPPORTED_NPY", f"{where}: the layout of its header is not NumPy's, so its count cannot be changed")
        rows, old_rows = (number // _product(self.row_shape) for number in (count, self.count))
        behind = b"".join(b", %d" % length for length in self.row_shape) or b","
        start, close = marker.end(), behind + b"), }"
        wanted = (self.bytes[: start - 2] + b" (%d" % rows + close).ljust(self.start - 1) + b"\n"
        if len(wanted) > self.start:
            raise _out_of_range("length", "a number that the .npy header has room for", count)
        old, new = b"%d" % old_rows + close, b"%d" % rows + close
        old_mark, mark = start + len(old), start + len(new)
        quote = max(old_mark, mark) + 1
        other = b"\",'shape':(%d" % rows + behind + b")}"
        is_complete = self.bytes[start - 2 : old_mark] == b" (" + old and not self.bytes[old_mark:].strip()
        if not is_complete or len(old) == len(new) and sum(map(operator.ne, old, new)) < 2 or quote + len(other) >= self.start:
            at = next((at for at in range(self.start) if self.bytes[at] != wanted[at]), self.start)
            return wanted, [(at, wanted[at:].rstrip(b" \n") if is_complete and len(old) == len(new) else wanted[at:])]
        inside = (new + b"#").ljust(quote - start)
        steps = [(old_mark, b"#"), (quote, other), (start - 2, b'"'), (start, inside), (start - 2, b" ")]
        return wanted, steps + [(quote, b" " * len(other)), (mark, b" ")]


def _dimensions(values):
    """Returns the number of dimensions of an array or of nested lists. 0 for other values."""
    if isinstance(values, (list, tuple)):
        return 1 + (_dimensions(values[0]) if values else 0)
    is_one = isinstance(values, (str, bytes, bytearray, dict))
    return getattr(values, "ndim", 1 if hasattr(values, "__len__") and not is_one else 0)


def _product(lengths):
    product = 1
    for length in lengths:
        product *= length
    return product


def _invalid_npy(reason, where):
    return Error("ERR_INVALID_NPY", f"{where} is no valid .npy file: {reason}")


# What the standard library of Python lacks: futexes, inotify, the birth of a file, and locks of a file's description.

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long
_libc.mmap.restype = ctypes.c_void_p
_libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_int64]
_libc.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
_NUMBERS = {"x86_64": {"futex": 202, "statx": 332}, "aarch64": {"futex": 98, "statx": 291}}.get(platform.machine(), {})
_FUTEX_WAIT, _FUTEX_WAKE = 0, 1
_MOST_SLEEPERS = 2**31 - 1

# Two bytes beyond the end of any file: appends of records lock the first, an array that has reserved the file locks the second.
_APPENDS, _RESERVATIONS = 2**62, 2**62 + 1
_F_OFD_GETLK, _F_OFD_SETLK = 36, 37
_LOCK = struct.Struct("hhqqi4x")
_APPEND_LOCK_SECONDS = 2


class _Timespec(ctypes.Structure):
    _fields_ = [("seconds", ctypes.c_int64), ("nanoseconds", ctypes.c_int64)]


def _failure():
    number = ctypes.get_errno()
    return OSError(number, os.strerror(number))


def _futex(address, operation, value, timeout=None):
    if "futex" not in _NUMBERS:
        raise Error("ERR_UNSUPPORTED_RUNTIME", f"futexes are known here for x86-64 and arm64, not for {platform.machine()}")
    done = _libc.syscall(
        ctypes.c_long(_NUMBERS["futex"]),
        ctypes.c_void_p(address),
        ctypes.c_long(operation),
        ctypes.c_ulong(value),
        ctypes.byref(timeout) if timeout is not None else None,
        None,
        ctypes.c_long(0),
    )
    return done, ctypes.get_errno() if done < 0 else 0


def _identity(descriptor):
    """Returns device, inode and time of birth, as in a handle."""
    found = os.fstat(descriptor)
    birth, data = "unknown", ctypes.create_string_buffer(256)
    if "statx" in _NUMBERS:
        at_empty_path, birth_time = 0x1000, 0x800
        number = ctypes.c_long(_NUMBERS["statx"])
        if _libc.syscall(number, ctypes.c_long(descriptor), b"", ctypes.c_long(at_empty_path), ctypes.c_long(birth_time | 0x100), data) == 0:
            if struct.unpack_from("=I", data, 0)[0] & birth_time:
                birth = "%d.%09d" % struct.unpack_from("=qI", data, 80)
    return f"{os.major(found.st_dev)}:{os.minor(found.st_dev)}:{found.st_ino}:{birth}"


def _are_identical(one, other):
    (file, birth), (other_file, other_birth) = (text.rpartition(":")[::2] for text in (one, other))
    return file == other_file and ("unknown" in (birth, other_birth) or birth == other_birth)


def _started(process):
    """Returns the start time of a process, in clock ticks of the kernel. None if the process does not exist."""
    try:
        with _open_text(f"/proc/{process}/stat") as file:
            # The name of the program, in parentheses, may contain anything.
            return file.read().rpartition(") ")[2].split(" ")[19]
    except OSError:
        return None


def _open_text(path):
    return os.fdopen(os.open(path, os.O_RDONLY | os.O_CLOEXEC), errors="replace")


def _pid_namespace():
    try:
        return str(os.stat("/proc/self/ns/pid").st_ino)
    except OSError:
        return None


def _byte_lock(descriptor, command, kind, byte):
    """Returns the kind of the lock that conflicts, or F_UNLCK, and the process that holds it."""
    answer = fcntl.fcntl(descriptor, command, _LOCK.pack(kind, os.SEEK_SET, byte, 1, 0))
    kind, _, _, _, process = _LOCK.unpack(answer)
    return kind, process


def _is_reserved(descriptor):
    try:
        # A read lock would not conflict with another read lock.
        return _byte_lock(descriptor, _F_OFD_GETLK, fcntl.F_WRLCK, _RESERVATIONS)[0] != fcntl.F_UNLCK
    except OSError:
        return False


class _Watch:
    """Sleeps until a file may have changed. It uses inotify, or else sleeps for increasing times."""

    LONGEST = 1.0

    def __init__(self, descriptor):
        modified, attributes, moved = 0x2, 0x4, 0x800
        self._interval = 0.001
        self._inotify = _libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        if self._inotify >= 0:
            path = f"/proc/self/fd/{descriptor}".encode()
            if _libc.inotify_add_watch(self._inotify, path, modified | attributes | moved) < 0:
                self.close()

    def sleep(self, seconds):
        if self._inotify < 0:
            time.sleep(min(self._interval, seconds))
            self._interval = min(2 * self._interval, self.LONGEST)
            return
        poll = select.poll()
        poll.register(self._inotify, select.POLLIN)
        if poll.poll(1000 * min(seconds, self.LONGEST)):
            with contextlib.suppress(BlockingIOError):
                while os.read(self._inotify, 65536):
                    pass

    def has_seen_more(self):
        self._interval = 0.001

    def close(self):
        if self._inotify >= 0:
            os.close(self._inotify)
        self._inotify = -1


# Arrays that hold descriptors for locks. A forked process shares these descriptors, and so the locks, until it closes them.
_ARRAYS = weakref.WeakSet()


def _forget_locks():
    for array in list(_ARRAYS):
        array._make_mutexes()
        array._forget_lock()


os.register_at_fork(after_in_child=_forget_locks)


class MmapArray:
    """An array in mapped memory. Call `attach`, `open` or `open_shm` to get one."""

    def __init__(self, descriptor, type_, flags, path=None, offset=0, fixed=None, header=None, row_shape=()):
        self._descriptor, self._type, self._flags = descriptor, type_, flags
        # `path` is as the caller gave it. This one stays correct when the process changes its directory.
        self._path, self._full_path = path, _absolute(path)
        self._offset, self._fixed, self._header = offset, fixed, header
        # The length changes by rows. A row is one element unless the array has several dimensions.
        self._row_shape, self._row = row_shape, _product(row_shape)
        self._unit = self._row * type_.itemsize
        self._lock_descriptor = None
        self._is_locked = False
        self._make_mutexes()
        # The mapping, the byte of the file at which it starts, its bytes from the offset on, and how many they are.
        self._map, self._map_start, self._bytes, self._mapped, self._view = None, 0, None, 0, None
        self._length = 0
        # Whether the file once ended with a whole element or row. If so, a part at the end was left by an interrupted append.
        self._was_whole = self._file_bytes() % self._unit == 0
        self._cuts = False
        _ARRAYS.add(self)
        self.refresh()

    # Properties.

    @property
    def length(self):
        """The number of elements at the last append by this array, or at the last refresh()."""
        self._require_open()
        return self._length

    def __len__(self):
        return self.length

    @property
    def typecode(self):
        """The typecode. None for records."""
        return self._type.code

    @property
    def record(self):
        """The fields and the size of a record, as in a handle. None for other elements."""
        return self._type.record

    @property
    def itemsize(self):
        return self._type.itemsize

    @property
    def flags(self):
        return self._flags

    @property
    def path(self):
        """The path of the file. None for memory without a name."""
        return self._path

    @property
    def format(self):
        return "raw" if self._header is None else "npy"

    @property
    def shape(self):
        """The lengths of the dimensions, from the .npy file or the handle. Otherwise only the length."""
        header = self._header
        if header is not None and header.row_shape is None and header.count == self.length:
            return header.shape
        return (self.length // self._row, *self._row_shape)

    @property
    def closed(self):
        return self._descriptor is None

    @property
    def is_reserved(self):
        """Whether a process has reserved the raw file. The length after refresh() then also counts the zeros at its end."""
        self._require_open()
        return self._header is None and _is_reserved(self._descriptor)

    def __repr__(self):
        what = "closed" if self.closed else f"length {self._length}"
        return f"<mmap_array.MmapArray of {self._type.label}, {what}{'' if self._path is None else f', {self._path!r}'}>"

    # Elements.

    @property
    def view(self):
        """A memoryview of the mapped memory. It is not a copy, and it is writable unless the flags are 'r'.

        It shows halves as their bits, characters as code points, complex numbers as two floats each, and records as bytes. It keeps the length
        that the array has now. If another process truncates the file, an access beyond the new end kills this process (SIGBUS).
        """
        self._require_open()
        if self._view is None:
            with self._mutex:
                self._view = self._memory(0, self._length).cast(self._type.view_format)
        return self._view

    def numpy(self):
        """The same memory as a NumPy array. NumPy must be installed."""
        import numpy

        dtype = numpy.dtype(self._type.descr if self._type.code else self._numpy_fields())
        order = "C" if self._header is None or len(self.shape) == 1 else self._header.order
        memory = self._memory(0, self._length)
        return numpy.ndarray(self.shape, dtype, memory if self._length else None, order=order)

    def _numpy_fields(self):
        formats = [scalar.descr if count is None else (scalar.descr, (count,)) for _, scalar, count, _ in self._type.fields]
        names, offsets = ([field[at] for field in self._type.fields] for at in (0, 3))
        return {"names": names, "formats": formats, "offsets": offsets, "itemsize": self._type.itemsize}

    def __getitem__(self, index):
        """Returns an element, or a list for a slice. A character is a string, a record is a dict."""
        length = self.length
        if isinstance(index, slice):
            start, stop, step = self._range(index)
            if step == 1:
                return self._read(start, max(stop, start))
            places = range(start, stop, step)
            if not places:
                return []
            low = min(places[0], places[-1])
            found = self._read(low, max(places[0], places[-1]) + 1)
            return [found[place - low] for place in places]
        at = self._place(index, length)
        return self._read(at, at + 1)[0]

    def __setitem__(self, index, value):
        self._require_writable("an assignment")
        if isinstance(index, slice):
            start, stop, step = self._range(index)
            data = self._packed(value, self._row_shape)
            count = len(range(start, stop, step))
            if step != 1 or len(data) != count * self.itemsize:
                what = f"{count} elements for a slice of step 1, because an assignment keeps the length"
                raise _WrongValue("ERR_OUT_OF_RANGE", f"there must be {what}. Received {len(data) // self.itemsize}")
        else:
            start = self._place(index, self.length)
            data, count = self._type.pack([value]), 1
        if count > 0:
            self._memory(start, start + count)[:] = data

    def __iter__(self):
        at = 0
        while at < self.length:
            part = self._read(at, min(at + 4096, self.length))
            yield from part
            at += len(part)

    def row(self, index):
        """Returns a row of an array of several dimensions, as a list of its elements. Indices of elements are flat: a[3] is an element."""
        if self._row_shape == ():
            reason = "is in Fortran order: use numpy()" if self._is_fortran() else "has one"
            raise _WrongType("ERR_TYPE_MISMATCH", f"row needs an array of several dimensions. This array {reason}")
        at = self._place(index, self.length // self._row, "row") * self._row
        return self._read(at, at + self._row)

    def tolist(self):
        return self[:]

    def tobytes(self):
        return self._read_bytes(0, self.length)

    # Length.

    def append(self, value):
        """Appends an element. An array of several dimensions takes a row: a list of its elements, or an array of the shape of one row.

        Several processes and threads can append to one file, and no element is lost. Only one at a time may append to a .npy file.
        """
        self._require_growing("an append")
        if self._row_shape == ():
            return self._append(self._type.pack([value]))
        # A list of one row is a row too.
        shape = self._row_shape if _dimensions(value) > len(self._row_shape) else self._row_shape[1:]
        data = self._packed(value, shape)
        if len(data) != self._unit:
            raise self._partial_row(data)
        self._append(data)

    def extend(self, values):
        """Appends the elements of an iterable, or of an array of the same type, by a single write at the end of the file.

        An array of several dimensions takes rows, or the elements of whole rows. If one value is wrong, nothing is appended.
        """
        self._require_growing("an append")
        self._append(self._packed(values, self._row_shape))

    def frombytes(self, data):
        """Appends whole elements that you pass as bytes."""
        data = bytes(memoryview(data).cast("B")) if not isinstance(data, bytes) else data
        if len(data) % self.itemsize:
            raise Error("ERR_RAGGED_LENGTH", f"{len(data)} bytes are no whole number of elements of {self.itemsize} bytes")
        self._append(data)

    def refresh(self):
        """Updates the array to the length that the file has now, and returns it."""
        self._require_open()
        self._set_length(self._count())
        return self._length

    def flush(self):
        """Waits until the device has stored all elements and the size."""
        self._require_open()
        if self._flags != "r":
            os.fsync(self._descriptor)

    def close(self):
        """Releases the file and the lock. Views that are still used keep their memory."""
        if self._descriptor is None:
            return
        if self._is_locked:
            self.unlock()
        self._forget_lock()
        descriptor, self._descriptor = self._descriptor, None
        self._view = self._bytes = None
        mapped, self._map = self._map, None
        os.close(descriptor)
        if mapped is not None:
            with contextlib.suppress(BufferError):
                mapped.close()

    def __enter__(self):
        self._require_open()
        return self

    def __exit__(self, *_):
        self.close()

    def __del__(self):
        # A failed constructor leaves no attributes.
        if getattr(self, "_descriptor", None) is not None:
            self.close()

    # Sharing.

    def handle(self):
        """Returns a dict that identifies this array, for attach() in another process, or MmapArray.attach() in Node.js.

        Keep the array open until the other process has attached.
        """
        self._require_open()
        found = {
            "version": 1,
            "typecode": self._type.code,
            "flags": self._flags,
            "pid": os.getpid(),
            "started": _started("self") or "0",
            "mapping": 0,
            "descriptor": self._descriptor,
            "path": self._full_path,
            "identity": _identity(self._descriptor),
            "offset": self._offset,
            "length": self._fixed,
            "format": self.format,
            "pidNamespace": _pid_namespace(),
            "record": self._type.record,
            "rowShape": list(self._row_shape) or None,
        }
        return {name: value for name, value in found.items() if value is not None}

    def wait(self, index, expected, timeout=None):
        """Sleeps while an element of type 'i' or 'I' equals `expected`, until notify() in any process or thread, at most `timeout` seconds.

        Returns 'ok', or 'not-equal' if the element had another value when you called, or 'timed-out'. A change followed by notify() is never
        missed, provided that the element still has another value when the sleeper looks again. A notify() without a change may be missed.
        """
        deadline = _deadline(timeout)
        self._require_words("wait")
        (bits,) = self._type.encode(expected)
        was_expected = self[index] == expected
        with self._word(index) as address:
            while True:
                left = min(max(deadline - time.monotonic(), 0), 2**31)
                pause = None if deadline == float("inf") else _Timespec(int(left), int(left % 1 * 1e9))
                done, number = _futex(address, _FUTEX_WAIT, bits & 0xFFFFFFFF, pause)
                if done >= 0:
                    return "ok"
                if number == errno.EAGAIN:
                    # The element changed after the call, before the sleep or while a signal interrupted it. The caller waits for such a change.
                    return "ok" if was_expected else "not-equal"
                if number == errno.ETIMEDOUT:
                    return "timed-out"
                if number == errno.EFAULT:
                    raise _memory_fault()
                if number != errno.EINTR:
                    raise OSError(number, os.strerror(number))

    def notify(self, index, count=None):
        """Wakes at most `count` of the sleepers on an element, in all processes and threads. Returns how many it woke."""
        self._require_words("notify")
        count = _MOST_SLEEPERS if count is None else min(_integer("count", count), _MOST_SLEEPERS)
        with self._word(index) as address:
            # The kernel would wake one.
            done, number = _futex(address, _FUTEX_WAKE, count) if count > 0 else (0, 0)
        if number == errno.EFAULT:
            raise _memory_fault()
        if done < 0:
            raise OSError(number, os.strerror(number))
        return done

    def lock(self, shared=False, timeout=None):
        """Locks the file, which excludes all processes and threads that also lock it, and returns True. Returns False after `timeout` seconds."""
        deadline = _deadline(timeout)
        with self._locking:
            if self._is_locked:
                raise Error("ERR_LOCKED", "this array already holds the lock")
            descriptor = self._descriptor_for_locks()
            if descriptor is None:
                raise Error("ERR_UNSUPPORTED_RUNTIME", "this process may not open the file a second time, for the lock")
            operation = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
            if deadline == float("inf"):
                fcntl.flock(descriptor, operation)
                self._is_locked = True
            else:
                self._is_locked = _retry(deadline, lambda: _try(lambda: fcntl.flock(descriptor, operation | fcntl.LOCK_NB)))
            return self._is_locked

    def try_lock(self, shared=False):
        """Takes the lock if it is free, and returns whether it did. It does not wait."""
        return self.lock(shared, 0)

    def unlock(self):
        self._require_open()
        if not self._is_locked:
            raise Error("ERR_NOT_LOCKED", "this array does not hold the lock")
        self._is_locked = False
        fcntl.flock(self._lock_descriptor, fcntl.LOCK_UN)

    @contextlib.contextmanager
    def locked(self, shared=False):
        """Holds the lock during a block: `with array.locked():`."""
        self.lock(shared)
        try:
            yield self
        finally:
            if self._is_locked:
                self.unlock()

    def follow(self, from_=None, timeout=None, batch=None, truncated="throw", replaced="end"):
        """Returns a generator of lists with the elements from `from_` on, including those that are appended later, in order, each once.

        `from_` is an index, 'start', or 'end' for the end of the file; by default it is the length of the array. The generator ends after
        `timeout` seconds without a new element, and after close(). If another file takes the path, it ends too; with `replaced='reopen'` it goes
        on with the first element of the new file, and with 'ignore' it stays with the old one. It yields nothing while a process has
        reserved the file. If the file has fewer elements than the generator has yielded, it raises ERR_MEMORY_FAULT, or starts again at the
        first element if `truncated` is 'restart'.
        """
        self._require_open()
        if truncated not in ("throw", "restart"):
            raise _out_of_range("truncated", "'throw' or 'restart'", truncated)
        if replaced not in ("end", "reopen", "ignore"):
            raise _out_of_range("replaced", "'end', 'reopen' or 'ignore'", replaced)
        if isinstance(from_, str) and from_ not in ("start", "end"):
            raise _out_of_range("from_", "an index, 'start' or 'end'", from_)
        if isinstance(from_, str) and from_ == "end":
            at = self._unreserved_length()
        elif from_ is None or isinstance(from_, str):
            at = self._length if from_ is None else 0
        else:
            if not hasattr(from_, "__index__"):
                raise _invalid("from_", "an index, 'start' or 'end'", from_)
            at = _integer("from_", from_, -self._length)
            at += self._length if at < 0 else 0
            if at % self._row:
                what = f"the first element of a row, which has {self._row} elements"
                raise _WrongValue("ERR_PARTIAL_ROW", f"from_ must be {what}. Received {from_!r}")
        _deadline(timeout)
        batch = max(2**20 // self.itemsize, 1) if batch is None else _integer("batch", batch, 1)
        batch = max(batch - batch % self._row, self._row)
        return self._follow(at, timeout, batch, truncated == "restart", replaced)

    def _follow(self, at, timeout, batch, restarts, replaced):
        # `source` is this array, or one of the file that took its path. `was_reached` tells whether the file once had the elements up to `at`.
        deadline, source, watch, was_reached = _deadline(timeout), self, _Watch(self._descriptor), False
        try:
            while not self.closed:
                try:
                    # Read before the size, so that elements appended until then are yielded.
                    is_replaced = replaced != "ignore" and source._is_replaced()
                    length = source._unreserved_length()
                    at = length if at is None else at
                    data = source._read_new(at, length, batch, was_reached)
                    was_reached = was_reached or data is not None
                except (Error, OSError, TypeError) as error:
                    if self.closed:
                        return
                    if not restarts or getattr(error, "code", None) != "ERR_MEMORY_FAULT":
                        raise
                    at = 0
                    continue
                if data:
                    at += len(data) // self.itemsize
                    yield self._type.unpack(data)
                    watch.has_seen_more()
                    deadline = _deadline(timeout)
                    continue
                if is_replaced and data is not None:
                    if replaced == "end":
                        return
                    following = self._reopened()
                    if following is not None:
                        if source is not self:
                            source.close()
                        watch.close()
                        source, watch, at = following, _Watch(following._descriptor), 0
                        # If even this file seems replaced, a loop without a wait might never end.
                        if not source._is_replaced():
                            continue
                left = deadline - time.monotonic()
                if left <= 0:
                    return
                # Nothing tells when a file takes a path that leads to none.
                watch.sleep(min(left, 0.1) if is_replaced else left)
        finally:
            watch.close()
            if source is not self:
                source.close()

    def _reopened(self):
        """Opens the file that the path leads to now. Returns None if there is none, or if its writer has not yet begun the elements."""
        is_npy = self._header is not None
        shape = (-1, *self._row_shape) if self._row_shape else None
        try:
            return open(self._full_path, self._type, "r", 0 if is_npy else self._offset, format=self.format, shape=shape)
        except FileNotFoundError:
            return None
        except (Error, OSError):
            try:
                has_begun = os.stat(self._full_path).st_size >= (1 if is_npy else self._offset)
            except OSError:
                has_begun = False
            if has_begun:
                raise
            return None

    def _read_new(self, at, length, batch, was_reached):
        """Returns the bytes of at most `batch` elements from `at` on, of a file with this length. None while it is reserved."""
        if length is None:
            return None
        if length < at:
            what = f"{self._where()} was truncated to {length} elements, and the follower is at element {at}. Pass truncated='restart' to begin again"
            if not was_reached:
                what = f"{self._where()} has {length} elements, so the follower cannot begin at element {at}. Pass truncated='restart' to begin"
            raise Error("ERR_MEMORY_FAULT", f"{what} at the first element")
        data = self._read_bytes(at, min(length, at + batch))
        # The file may have been reserved, and so extended by zeros, since its length was read.
        return None if self.is_reserved else data

    # Inner matters.

    def _require_open(self):
        if self._descriptor is None:
            raise Error("ERR_CLOSED", "the array is closed")

    def _require_writable(self, operation):
        self._require_open()
        if self._flags == "r":
            raise Error("ERR_READ_ONLY", f"{operation} needs an array that was opened with other flags than 'r'")

    def _require_words(self, operation):
        self._require_open()
        if self._type.code not in ("i", "I"):
            raise _WrongType("ERR_TYPE_MISMATCH", f"{operation} needs an array of typecode 'i' or 'I', this one is of {self._type.label}")

    def _place(self, index, length, of="element"):
        if not hasattr(index, "__index__"):
            what = "an integer" if of == "row" else "an integer or a slice"
            if isinstance(index, tuple):
                what += ", because indices count elements: use row(i), or numpy()[i, j]"
            raise _invalid("an index", what, index)
        at = operator.index(index)
        if not -length <= at < length:
            where = f"of length {length}" if of == "element" else f"of {length} rows"
            raise _WrongIndex("ERR_INDEX_OUT_OF_RANGE", f"the index {at} is outside an array {where}")
        return at + length if at < 0 else at

    def _range(self, given):
        try:
            return given.indices(self.length)
        except TypeError:
            raise _invalid("a slice", "of integers", given) from None
        except ValueError:
            raise _out_of_range("the step", "another number than 0", given.step) from None

    def _packed(self, values, shape):
        """Returns the elements of an iterable as bytes. The items may also have this shape, such as rows."""
        if isinstance(values, MmapArray):
            if values._type.record != self._type.record or values._type.descr != self._type.descr:
                raise _WrongType("ERR_TYPE_MISMATCH", f"an array of {values._type.label} does not go into one of {self._type.label}")
            return values.tobytes()
        if isinstance(values, (bytes, bytearray)) and self.itemsize != 1 or isinstance(values, str) and self._type.code not in ("c", "u", "w"):
            raise _invalid("values", "an iterable of elements, or frombytes() must be called", type(values).__name__)
        if not isinstance(values, (str, list, tuple)):
            numpy = sys.modules.get("numpy")
            if numpy is not None and hasattr(type(values), "__array__"):
                # Also a tensor or a column of another package.
                return self._packed_numpy(numpy, numpy.asarray(values), shape)
            memory = None
            with contextlib.suppress(TypeError):
                memory = memoryview(values)
            if memory is not None:
                self._require_items(memory.shape, shape)
                letter = {"l": "q", "L": "Q"}.get(memory.format, memory.format)
                if self._type.code not in (None, "u", "w", "Zf", "Zd") and letter == self._type.letter:
                    return memory.tobytes()
                # Elements of other types are converted one by one, or raise an error.
                values = memory.tolist() if memory.ndim > 1 else values
        try:
            items = list(values)
        except TypeError:
            raise _invalid("values", "an iterable of elements", values) from None
        if not (shape and items and self._is_list(items[0])):
            return self._type.pack(items)
        parts, size = [], _product(shape) * self.itemsize
        for item in items:
            if not self._is_list(item):
                raise _invalid("a row", f"a list of {shape[0]}, like the first one", item)
            parts.append(self._packed(item, shape[1:]))
            if len(parts[-1]) != size:
                what = f"a row must have {size // self.itemsize} elements. Row {len(parts) - 1} has {len(parts[-1]) // self.itemsize}"
                raise _WrongValue("ERR_PARTIAL_ROW", what)
        return b"".join(parts)

    def _is_list(self, item):
        """Returns whether an item holds several elements. A list or tuple of values may be one record, but not if it holds dicts."""
        if not isinstance(item, (list, tuple)):
            return _dimensions(item) > 0
        if self._type.code:
            return True
        while isinstance(item, (list, tuple)) and item:
            item = item[0]
        return isinstance(item, dict)

    def _require_items(self, given, shape):
        """Raises an error if an array of the shape `given` has items of another shape. One dimension is always right."""
        if len(given) == 1 or given and tuple(given[1:]) == tuple(shape):
            return
        received = f"Received an array of the shape {tuple(given)}"
        if shape == ():
            what = "values must have one dimension, as the array has. Flatten an array of NumPy with ravel()"
            raise _WrongType("ERR_INVALID_ARG_TYPE", f"{what}. {received}")
        raise _WrongValue("ERR_PARTIAL_ROW", f"the items must have the shape {tuple(shape)}. {received}")

    def _packed_numpy(self, numpy, values, shape):
        """Returns the elements of an array of NumPy as bytes. They are converted without a loop in Python if all of them fit."""
        self._require_items(values.shape, shape)
        type_ = self._type
        own = numpy.dtype(type_.descr if type_.code else self._numpy_fields())
        kind = values.dtype.kind
        if own.kind not in "SU":
            if values.dtype == own:
                return values.tobytes()
            # A long double would be rounded twice.
            is_real, is_complex = kind in "iuf" and values.dtype.itemsize <= 8, kind == "c" and values.dtype.itemsize <= 16
            if own.kind in "iu" and kind in "biu":
                if not values.size or type_.least <= int(values.min()) and int(values.max()) <= type_.most:
                    return values.astype(own).tobytes()
            elif own.kind == "f" and (is_real or kind == "b") or own.kind == "c" and (is_real or is_complex):
                # By way of a double, as for single elements. A number that is too large for a float becomes infinite.
                with numpy.errstate(all="ignore"):
                    found = values.astype("<c16" if own.kind == "c" else "<f8").astype(own)
                if type_.code != "e" or numpy.isinf(found).sum() == numpy.isinf(values).sum():
                    return found.tobytes()
        # tolist() makes numbers of times.
        return type_.pack(list(values.ravel()) if kind in "mM" else values.ravel().tolist())

    def _memory(self, start, end):
        """Returns the mapped bytes of elements. Maps the file again if it has grown."""
        need = end * self.itemsize
        with self._mutex:
            self._require_open()
            if end == start:
                return memoryview(bytearray())
            size = self._file_bytes()
            if size < need:
                raise _memory_fault(self._where())
            if self._mapped < need:
                base = self._offset - self._offset % mmap.ALLOCATIONGRANULARITY
                access = mmap.ACCESS_READ if self._flags == "r" else mmap.ACCESS_WRITE
                try:
                    self._map = mmap.mmap(self._descriptor, self._offset + size - base, access=access, offset=base)
                except ValueError:
                    raise _memory_fault() from None
                self._bytes, self._mapped = memoryview(self._map)[self._offset - base :], size
                self._map_start = base
            return self._bytes[start * self.itemsize : need]

    def _read_bytes(self, start, end):
        """Returns the bytes of elements, read by a system call. If the file was truncated, the call fails instead of killing the process."""
        self._require_open()
        want, position, parts = (end - start) * self.itemsize, self._offset + start * self.itemsize, []
        while want > 0:
            part = os.pread(self._descriptor, want, position)
            if not part:
                raise _memory_fault(self._where())
            parts.append(part)
            want, position = want - len(part), position + len(part)
        return b"".join(parts) if len(parts) != 1 else parts[0]

    def _read(self, start, end):
        return self._type.unpack(self._read_bytes(start, end))

    def _file_bytes(self):
        # Faster than fstat. The position in the file is not used otherwise.
        return max(os.lseek(self._descriptor, 0, os.SEEK_END) - self._offset, 0)

    def _count(self):
        """Returns the number of elements in the file."""
        header = self._header
        if header is not None:
            found = _Header.read(self._descriptor, self._where())
            if (found.start, found.type.descr, found.row_shape) != (header.start, header.type.descr, header.row_shape):
                raise _invalid_npy("it was overwritten by a file with other elements", self._where())
            header = self._header = found
        # The size is read after the header, because counted elements are in the file.
        length = self._file_bytes() // self._unit * self._row
        if header is not None:
            length = min(length, header.count)
        return length if self._fixed is None else min(length, self._fixed)

    def _set_length(self, length):
        with self._mutex:
            if length != self._length:
                self._length, self._view = length, None

    def _where(self):
        return "the file" if self._path is None else repr(self._path)

    def _is_fortran(self):
        return self._header is not None and self._header.order == "F" and len(self._header.shape) > 1

    def _require_growing(self, operation):
        self._require_writable(operation)
        if self._fixed is not None:
            reason = "an array without a fixed length"
            if self._is_fortran():
                reason = f"rows that lie one behind another, but {self._where()} is in Fortran order. Save numpy.ascontiguousarray(…) instead"
            raise Error("ERR_FIXED_LENGTH", f"{operation} needs {reason}")

    def _partial_row(self, data):
        what = f"elements of whole rows, which have {self._row} elements each"
        return _WrongValue("ERR_PARTIAL_ROW", f"an append must have {what}. Received {len(data) // self.itemsize}")

    def _append(self, data):
        self._require_growing("an append")
        if len(data) % self._unit:
            raise self._partial_row(data)
        if not data:
            return
        with self._mutex:
            if self._header is not None:
                return self._append_counted(data)
            end, is_held = self._begin_change()
            try:
                written = 0
                # The kernel writes all bytes at once, unless there are 2 GiB or the disk is full.
                while written < len(data):
                    written += os.write(self._descriptor, memoryview(data)[written:] if written else data)
            except BaseException:
                if 0 < written < len(data) and self._file_bytes() == end + written:
                    os.ftruncate(self._descriptor, self._offset + end)
                raise
            finally:
                self._end_change(is_held)
            self._set_length(self._count())

    def _begin_change(self):
        """Takes the append lock if a killed append could leave part of an element or row behind, and truncates such a part.

        Returns the size of the elements in the file in bytes, and whether the lock is held. See "Appends of records" in docs/durability.md.
        """
        may_be_partial = self._row > 1 or 4096 % self._unit != 0 or self._offset % self._unit != 0
        is_held = (may_be_partial or self._cuts) and self._acquire_append_lock()
        try:
            size = self._file_bytes()
            part = size % self._unit
            if part and is_held and (self._was_whole or self._cuts):
                size -= part
                os.ftruncate(self._descriptor, self._offset + size)
            elif part:
                raise Error("ERR_RAGGED_LENGTH", f"{self._where()} ends inside an element: open it with tail='cut', or complete it")
            self._was_whole = self._was_whole or is_held
            if size == 0 and os.fstat(self._descriptor).st_size < self._offset:
                raise _memory_fault()
        except BaseException:
            self._end_change(is_held)
            raise
        return size, is_held

    def _end_change(self, is_held):
        if is_held:
            _byte_lock(self._lock_descriptor, _F_OFD_SETLK, fcntl.F_UNLCK, _APPENDS)

    def _acquire_append_lock(self):
        """Takes the append lock. Returns False if the system, the file system or this process cannot have such a lock."""
        descriptor = self._descriptor_for_locks()
        if descriptor is None:
            return False
        try:
            take = lambda: _try(lambda: _byte_lock(descriptor, _F_OFD_SETLK, fcntl.F_WRLCK, _APPENDS))
            if _retry(time.monotonic() + _APPEND_LOCK_SECONDS, take):
                return True
        except OSError as error:
            if error.errno in (errno.EINVAL, errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EPERM):
                return False
            raise
        raise Error("ERR_LOCKED", f"another process has held the lock on appends for {_APPEND_LOCK_SECONDS} seconds")

    def _append_counted(self, data):
        """Writes elements after those that the header of a .npy file counts, then counts them."""
        count = self._count()
        length = count + len(data) // self.itemsize
        wanted, writes = self._header.writes(length, self._where())
        _write_at(self._descriptor, data, self._offset + count * self.itemsize)
        for position, part in writes:
            _write_at(self._descriptor, part, position)
        self._header = _Header(wanted, self._where())
        self._set_length(length)

    def _make_longer(self, length):
        """Appends zeros to a file that is being opened."""
        if self._header is not None:
            return self._append(bytes((length - self._length) * self.itemsize))
        size, is_held = self._begin_change()
        try:
            if length * self.itemsize > size:
                os.ftruncate(self._descriptor, self._offset + length * self.itemsize)
        finally:
            self._end_change(is_held)
        self.refresh()

    @contextlib.contextmanager
    def _word(self, index):
        """Returns the address of an element. Only the kernel reads it, so a truncation is an error and does not kill the process."""
        at = self._place(index, self.length)
        position = self._offset + at * self.itemsize
        if self._flags != "r":
            with self._mutex:
                self._memory(at, at + 1)
                # Keeps the memory mapped as long as it is used.
                word = ctypes.c_uint32.from_buffer(self._map, position - self._map_start)
            yield ctypes.addressof(word)
            return
        # ctypes does not accept read-only memory, so the page is mapped once more.
        base = position - position % mmap.PAGESIZE
        address = _libc.mmap(None, mmap.PAGESIZE, mmap.PROT_READ, mmap.MAP_SHARED, self._descriptor, base)
        if address == ctypes.c_void_p(-1).value:
            raise _failure()
        try:
            yield address + position - base
        finally:
            _libc.munmap(address, mmap.PAGESIZE)

    def _descriptor_for_locks(self):
        """Returns a descriptor of this array only, so that arrays of one process exclude each other. None if the file cannot be opened again."""
        self._require_open()
        if self._lock_descriptor is None:
            try:
                self._lock_descriptor = _reopen(self._descriptor, os.O_RDONLY if self._flags == "r" else os.O_RDWR, self._full_path)
            except OSError as error:
                if error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOMEM):
                    raise
        return self._lock_descriptor

    def _make_mutexes(self):
        """Makes the mutexes for the threads of this process: one for appends and the mapping, and one for lock(), which may wait for long."""
        self._mutex, self._locking = threading.RLock(), threading.Lock()

    def _forget_lock(self):
        self._is_locked = False
        if self._lock_descriptor is not None:
            os.close(self._lock_descriptor)
        self._lock_descriptor = None

    def _is_replaced(self):
        """Returns whether the path leads to another file, or to none."""
        if self._path is None:
            return False
        try:
            own, found = os.fstat(self._descriptor), os.stat(self._full_path)
        except FileNotFoundError:
            return True
        except OSError:
            return False
        return (own.st_dev, own.st_ino) != (found.st_dev, found.st_ino)

    def _unreserved_length(self):
        """Returns the number of elements in the file. None while it is reserved, because the size is then a capacity."""
        before = self._count()
        if self.is_reserved:
            return None
        return min(before, self._count())


def _absolute(path):
    # Not os.path.abspath: it removes 'link/..', which may lead elsewhere.
    return path if path is None or os.path.isabs(path) else os.path.join(os.getcwd(), path)


def _memory_fault(where="the file"):
    return Error("ERR_MEMORY_FAULT", f"{where} was truncated: call refresh()")


def _retry(deadline, attempt):
    """Repeats an attempt at growing intervals until it succeeds or the time is over. Returns whether it succeeded."""
    interval = 0.00002
    while not attempt():
        left = deadline - time.monotonic()
        if left <= 0:
            return False
        time.sleep(min(interval, left))
        interval = min(2 * interval, 0.001)
    return True


def _try(lock):
    try:
        lock()
        return True
    except OSError as error:
        if error.errno in (errno.EAGAIN, errno.EACCES):
            return False
        raise


def _write_at(descriptor, data, position):
    written = 0
    while written < len(data):
        written += os.pwrite(descriptor, memoryview(data)[written:], position + written)


# Opening.

_FLAGS = {"r": 0, "r+": 0, "w+": os.O_CREAT | os.O_TRUNC, "wx+": os.O_CREAT | os.O_EXCL, "a+": os.O_CREAT}


def _open_flags(flags, is_npy):
    if flags == "r":
        return os.O_RDONLY
    # All writes of a raw array are appends. Elements are stored in the mapped memory.
    return os.O_RDWR | (0 if is_npy else os.O_APPEND)


def _reopen(descriptor, flags, path):
    """Opens the file of a descriptor again, through /proc, or else by its path if that still leads to the file."""
    flags |= os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY
    try:
        return os.open(f"/proc/self/fd/{descriptor}", flags)
    except FileNotFoundError:
        if path is None:
            raise
    reopened = os.open(path, flags)
    if os.path.sameopenfile(descriptor, reopened):
        return reopened
    os.close(reopened)
    raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)


def _require_regular(descriptor, path):
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        number = errno.EISDIR if stat.S_ISDIR(mode) else errno.ENODEV
        raise OSError(number, os.strerror(number), path)


@contextlib.contextmanager
def _closed_on_failure(descriptor):
    """Closes a descriptor if the block fails. If it succeeds, an array owns the descriptor."""
    try:
        yield
    except BaseException:
        with contextlib.suppress(OSError):
            os.close(descriptor)
        raise


def open(path, typecode=None, flags="r", offset=0, length=None, format=None, tail=None, mode=0o666, shape=None):
    """Opens a file as an array.

    `typecode` is a typecode such as 'd', a name such as 'float64', a type of NumPy, or the fields of a record as [(name, type), …]. Omit it for
    an existing .npy file. `flags` are 'r', 'r+',
    'w+', 'wx+' or 'a+', as in Node.js. `offset` is in bytes, `length` in elements. `format` is 'raw' or 'npy'; by default the path decides. With
    `tail='cut'`, an append to a file that ends inside an element first truncates it to whole elements. `shape` replaces `length` for an array of
    several dimensions: (-1, 256) is as many rows of 256 elements as the file has, and (10, 256) is ten of them, or ten of zeros in a new file.
    """
    path = os.fsdecode(path)
    if flags not in _FLAGS:
        raise _out_of_range("flags", f"one of {', '.join(map(repr, _FLAGS))}", flags)
    if format not in (None, "raw", "npy"):
        raise _out_of_range("format", "'raw' or 'npy'", format)
    if tail not in (None, "cut"):
        raise _out_of_range("tail", "'cut' or None", tail)
    is_npy = format == "npy" or format is None and path.lower().endswith(".npy")
    if typecode is None and not is_npy:
        what = "only .npy files name their type. Pass a type, such as 'float64', or the fields of a record, as [(name, type), …]"
        raise _WrongType("ERR_INVALID_TYPECODE", f"{path!r}: {what}")
    try:
        type_ = None if typecode is None else _type_of(typecode)
    except Error as error:
        error.args = (f"{path!r}: {error}",)
        raise
    offset = _integer("offset", offset)
    length = None if length is None else _integer("length", length)
    if shape is not None:
        if length is not None:
            raise _out_of_range("length", "None if a shape is given", length)
        shape = _checked_shape(shape)
        length = None if shape[0] < 0 else _product(shape)
    if is_npy and (offset or tail):
        raise _out_of_range("offset and tail", "absent for a .npy file, whose header says where its elements are", offset or tail)
    if type_ is not None and offset % type_.alignment:
        raise _out_of_range("offset", f"a multiple of {type_.alignment}", offset)
    if is_npy and type_ is None and flags in ("w+", "wx+"):
        raise _WrongType("ERR_INVALID_TYPECODE", f"{path!r}: a new .npy file needs a type, such as 'float64', or the fields of a record")

    how = _FLAGS[flags] & ~(os.O_TRUNC if is_npy else 0)
    always = os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY
    try:
        descriptor = os.open(path, _open_flags(flags, is_npy) | how | always, mode)
    except OSError as error:
        # A FIFO or a socket.
        raise OSError(errno.ENODEV, os.strerror(errno.ENODEV), path) if error.errno == errno.ENXIO else error
    try:
        with _closed_on_failure(descriptor):
            _require_regular(descriptor, path)
            if is_npy:
                return _open_npy(descriptor, type_, flags, path, length, shape)
            return _open_raw(descriptor, type_, flags, path, offset, length, tail, shape)
    except BaseException:
        if flags == "wx+":
            with contextlib.suppress(OSError):
                os.unlink(path)
        raise


def _checked_shape(shape):
    if not isinstance(shape, (list, tuple)) or not shape:
        raise _invalid("shape", "a list of lengths, such as (-1, 256)", shape)
    shape = tuple(_integer(f"shape[{axis}]", length, -1 if axis == 0 else 1) for axis, length in enumerate(shape))
    if max(shape) > 2**53:
        raise _out_of_range("shape", "of lengths up to 2**53", shape)
    return shape


def _open_raw(descriptor, type_, flags, path, offset, length, tail, shape):
    size = os.fstat(descriptor).st_size
    creates = flags in ("w+", "wx+", "a+")
    wanted = offset + (length or 0) * type_.itemsize
    if wanted > size and not creates:
        if offset > size:
            raise _out_of_range("offset", f"at most the size of the file, {size}", offset)
        found = (size - offset) // type_.itemsize
        if shape is not None:
            raise _out_of_range("shape", f"of at most {found // _product(shape[1:])} rows, which the file has", shape)
        raise _out_of_range("length", f"at most {found}, the number of elements in the file", length)
    if offset > size:
        os.ftruncate(descriptor, offset)
    fixed = length if length is not None and wanted < size else None
    array = MmapArray(descriptor, type_, flags, path, offset, fixed, row_shape=shape[1:] if shape else ())
    array._cuts = tail == "cut"
    return _made_longer(array, length, wanted > size)


def _made_longer(array, length, is_needed):
    try:
        if is_needed:
            array._make_longer(length)
    except BaseException:
        array.close()
        raise
    return array


def _open_npy(descriptor, type_, flags, path, length, shape):
    creates = flags in ("w+", "wx+", "a+")
    is_new = flags == "w+" or creates and os.fstat(descriptor).st_size == 0
    if is_new:
        data = _Header.create(_type_of(type_), shape[1:] if shape else ())
        _write_at(descriptor, data, 0)
        os.ftruncate(descriptor, len(data))
    header = _Header.read(descriptor, repr(path))
    _require_type(header, type_, path)
    if header.start % header.type.alignment:
        raise Error("ERR_UNSUPPORTED_NPY", f"{path!r}: its elements begin at byte {header.start}, where none of their type is aligned")
    found = max(os.fstat(descriptor).st_size - header.start, 0) // header.type.itemsize
    if header.count > found:
        raise _invalid_npy(f"its header counts {header.count} elements, but it ends after {found}", repr(path))
    if shape is not None and not is_new:
        most = header.shape[0] if header.shape else 0
        is_right = shape[1:] == header.shape[1:] and (shape[0] in (-1, most) or shape[0] < most and header.row_shape is not None)
        if not is_right:
            raise _out_of_range("shape", f"the shape of {path!r}, {header.shape}, or fewer rows of it", shape)
    if length is not None and length > header.count and not (creates and header.row_shape is not None):
        raise _out_of_range("length", f"at most {header.count}, the number of elements in the file", length)
    fixed = length if length is not None and length < header.count else None
    if header.row_shape is None and fixed is None:
        fixed = header.count
    # A part of the file has one dimension, unless a shape was given.
    row_shape = header.row_shape if fixed is None or shape and header.row_shape is not None else ()
    array = MmapArray(descriptor, type_ or header.type, flags, path, header.start, fixed, header, row_shape)
    return _made_longer(array, length, length is not None and length > header.count)


def _require_type(header, type_, path):
    if type_ is not None and type_.descr != header.type.descr:
        raise _WrongType("ERR_TYPE_MISMATCH", f"{path!r} has elements of the dtype {header.type.descr}, not {type_.descr}")


def open_shm(name, typecode, flags="r", offset=0, length=None, tail=None, mode=0o600):
    """Opens named shared memory. It stays until unlink_shm(), even if processes end: no resource tracker removes it."""
    return open(_shm_path(name), typecode, flags, offset, length, "raw", tail, mode)


def unlink_shm(name):
    """Removes the name of shared memory. Arrays that are open keep the memory."""
    os.unlink(_shm_path(name))


def _shm_path(name):
    if not isinstance(name, str):
        raise _invalid("name", "a string", name)
    bare = name[1:] if name.startswith("/") else name
    if bare in ("", ".", "..") or "/" in bare or "\0" in bare or len(os.fsencode(bare)) > 255:
        raise _out_of_range("name", "a name of 1 to 255 bytes, without a slash except a leading one", name)
    if not os.path.isdir("/dev/shm"):
        raise Error("ERR_UNSUPPORTED_RUNTIME", "this system has no /dev/shm")
    return "/dev/shm/" + bare


_HANDLE_FIELDS = {
    # By name: the type, and whether the field is required.
    "flags": (str, True),
    "pid": (int, True),
    "started": (str, True),
    "descriptor": (int, True),
    "identity": (str, True),
    "offset": (int, True),
    "path": (str, False),
    "length": (int, False),
    "format": (str, False),
    "pidNamespace": (str, False),
}


def attach(handle, flags=None):
    """Returns the array that a handle identifies.

    `handle` is a dict or its JSON, as handle() returns it in Node.js. `flags` may be 'r' instead of 'r+'.

    Raises ERR_STALE_HANDLE if the array is gone, and ERR_UNREACHABLE_HANDLE if this process may not open it.
    """
    handle = _checked_handle(handle)
    is_writable = handle["flags"] not in ("r", "c")
    if flags not in (None, "r", "r+"):
        raise _out_of_range("flags", "'r' or 'r+'", flags)
    if flags == "r+" and not is_writable:
        raise Error("ERR_READ_ONLY", f"the handle of an array with flags {handle['flags']!r} does not allow 'r+'")
    flags = flags or ("r+" if is_writable else "r")
    type_ = _type_of(handle.get("record") or handle.get("typecode"))
    offset, fixed, path = handle["offset"], handle.get("length"), handle.get("path")
    is_npy, row_shape = handle.get("format") == "npy", tuple(handle.get("rowShape") or ())
    if offset % type_.alignment:
        raise _invalid("handle.offset", f"a multiple of {type_.alignment}", offset)
    descriptor, found_path = _locate(handle, _open_flags(flags, is_npy))
    with _closed_on_failure(descriptor):
        header = None
        if is_npy:
            header = _Header.read(descriptor, repr(path))
            has_rows = header.row_shape == row_shape or (fixed is not None and not row_shape)
            if header.start != offset or header.type.descr != type_.descr or not has_rows:
                raise Error("ERR_STALE_HANDLE", "the array behind the handle is gone: its .npy file now has other elements")
        return MmapArray(descriptor, type_, flags, found_path, offset, fixed, header, row_shape)


def _checked_handle(handle):
    expected = "what handle() of an MmapArray gave, as a dict or as JSON"
    if isinstance(handle, (str, bytes, bytearray)):
        try:
            handle = json.loads(handle)
        except ValueError:
            raise _invalid("handle", expected, handle) from None
    if not isinstance(handle, dict):
        raise _invalid("handle", expected, handle)
    version = handle.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise _invalid("handle.version", f"part of {expected}", version)
    if version != 1:
        raise Error("ERR_HANDLE_VERSION", f"the handle has version {version}; this file reads version 1")
    for name, (kind, is_needed) in _HANDLE_FIELDS.items():
        value = handle.get(name)
        is_right = isinstance(value, kind) and not isinstance(value, bool) and (kind is str or value >= 0)
        if not is_right and (is_needed or value is not None):
            raise _invalid(f"handle.{name}", f"part of {expected}", value)
    rows = handle.get("rowShape")
    if rows is not None and not (isinstance(rows, (list, tuple)) and all(type(length) is int and 0 < length < 2**53 for length in rows)):
        raise _invalid("handle.rowShape", f"part of {expected}", rows)
    if (handle.get("typecode") is None) == (handle.get("record") is None):
        raise _invalid("handle.typecode", f"part of {expected}", handle.get("typecode"))
    return handle


def _locate(handle, flags):
    """Opens the file of a handle, by its path or through the descriptor of its owner. Returns the descriptor and the path."""
    path, pid = handle.get("path"), handle["pid"]
    reason = failure = None
    if path is not None:
        try:
            descriptor = _open_if_identical(path, handle["identity"], flags)
            if descriptor is not None:
                return descriptor, path
        except OSError as error:
            failure = error
    own = _pid_namespace()
    if handle.get("pidNamespace") is not None and own is not None and handle["pidNamespace"] != own:
        reason = f"process {pid} is in another PID namespace, such as that of another container"
    elif _started(pid) == handle["started"]:
        try:
            descriptor = _open_if_identical(f"/proc/{pid}/fd/{handle['descriptor']}", handle["identity"], flags)
            if descriptor is not None:
                return descriptor, path
        except OSError as error:
            if error.errno in (errno.EACCES, errno.EPERM):
                reason = f"process {pid} belongs to another user or user namespace, so its descriptors may not be opened here"
            else:
                failure = failure or error
    means_gone = (errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ENODEV, errno.ELOOP)
    if failure is not None and failure.errno not in means_gone:
        # The file exists, and the system says why it cannot be opened.
        raise failure
    if reason is not None:
        raise Error("ERR_UNREACHABLE_HANDLE", f"the array behind the handle cannot be reached: {reason}")
    gone = f"process {pid} has closed it or has ended" if path is None else f"{path!r} was removed or replaced by another file"
    raise Error("ERR_STALE_HANDLE", f"the array behind the handle is gone: {gone}")


def _open_if_identical(path, identity, flags):
    """Opens a path if it leads to the file with this identity. It opens no other file, because opening a device may have side effects."""
    found = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        if not _are_identical(_identity(found), identity):
            return None
        _require_regular(found, path)
        return _reopen(found, flags, path)
    finally:
        os.close(found)
