"""The other end of record-differential.test.js: runs random operations on records and complex numbers, as NumPy has them.

One JSON request a line: {"type", "initial" (hex), "steps", "path"}; the form of steps stands in support/record-operations.js. One JSON line
in answer: for each step its value or error, and the contents in hex where they changed; and what np.load finds in the .npy file of the
path, if there is one, that differs. The array is a list of the bytes of each element,
so that lists say what slices and indices mean, and NumPy what the bytes mean: which value they hold, and which are equal.
"""

import json
import operator
import sys
import warnings

import numpy

warnings.simplefilter("ignore")

FORMATS = dict(zip("bBhHiIlLqQefdcuw", "i1 u1 i2 u2 i4 u4 i8 u8 i8 u8 f2 f4 f8 S1 U1 U1".split()), Zf="c8", Zd="c16")


def dtype_of(type):
    if isinstance(type, str):
        return numpy.dtype(FORMATS[type])
    formats = [FORMATS[field["typecode"]] for field in type["fields"]]
    counts = [field.get("count") for field in type["fields"]]
    return numpy.dtype(
        {
            "names": [field["name"] for field in type["fields"]],
            "formats": [(format, (count,)) if count else format for format, count in zip(formats, counts)],
            "offsets": [field["offset"] for field in type["fields"]],
            "itemsize": type["itemsize"],
        }
    )


class Refused(Exception):
    """A value that is none of the type. NumPy would take it, or say something else."""


class Missing:
    """An argument that is not given."""


def scalar(typecode, given):
    if typecode.startswith("Z"):
        return complex(float(given[0]), float(given[1])) if isinstance(given, list) else complex(float(given), 0)
    if typecode in "efd":
        return float(given)
    return given.encode("latin-1") if typecode == "c" else given if typecode in "uw" else int(given)


def told(typecode, value):
    """A value for JSON."""
    if typecode.startswith("Z"):
        return [repr(float(value.real)), repr(float(value.imag))]
    if typecode in "efd":
        return repr(float(value))
    if typecode == "c":
        return bytes(value).decode("latin-1") or "\0"
    return str(value) or "\0" if typecode in "uw" else str(int(value))


class Subject:
    def __init__(self, type, data):
        self.type = type
        self.dtype = dtype_of(type)
        self.rows = self.rows_of(data)

    def rows_of(self, data):
        size = self.dtype.itemsize
        if len(data) % size:
            raise ValueError("ragged")
        return [data[at : at + size] for at in range(0, len(data), size)]

    def array(self, rows=None):
        return numpy.frombuffer(b"".join(self.rows if rows is None else rows), self.dtype)

    # Elements

    def element(self, given):
        """The bytes of an element, whose padding is zero."""
        if isinstance(given, dict) and "refused" in given:
            raise Refused(given["refused"])
        array = numpy.zeros(1, self.dtype)
        array[0] = self.value(given)
        return array.tobytes()

    def value(self, given):
        if isinstance(self.type, str):
            return scalar(self.type, given)
        return tuple(self.field_value(field, value) for field, value in zip(self.type["fields"], given))

    @staticmethod
    def field_value(field, given):
        typecode = field["typecode"]
        return [scalar(typecode, one) for one in given] if field.get("count") else scalar(typecode, given)

    def told(self, row):
        (item,) = self.array([row])
        if isinstance(self.type, str):
            return told(self.type, item)
        return [self.told_field(field, item[field["name"]]) for field in self.type["fields"]]

    @staticmethod
    def told_field(field, value):
        typecode = field["typecode"]
        return [told(typecode, one) for one in value] if field.get("count") else told(typecode, value)

    def equal(self, given):
        """Which elements equal one."""
        wanted = numpy.zeros(1, self.dtype)
        wanted[0] = self.value(given)
        return (self.array() == wanted).nonzero()[0].tolist() if self.rows else []

    def source(self, given):
        """The rows of a source of elements, and the error after them."""
        if "self" in given:
            return list(self.rows), None
        if "hex" in given:
            return self.rows_of(bytes.fromhex(given["hex"])), None
        rows = []
        for one in given.get("list", given.get("iterator")):
            try:
                rows.append(self.element(one))
            except (Refused, OverflowError) as error:
                return rows, error
        return rows, None

    def all_of(self, given):
        rows, error = self.source(given)
        if error:
            raise error
        return rows

    # Operations

    def append(self, given):
        self.rows.append(self.element(given))

    def extend(self, given):
        rows, error = self.source(given)
        self.rows.extend(rows)
        if error:
            raise error

    def fromlist(self, given):
        self.rows.extend(self.all_of(given))

    def insert(self, index, given):
        self.rows.insert(index, self.element(given))

    def pop(self, index=-1):
        return {"element": self.told(self.rows.pop(index))}

    def get(self, index):
        return {"element": self.told(self.rows[index])}

    def at(self, index):
        return self.get(index) if -len(self.rows) <= index < len(self.rows) else None

    def set(self, index, given):
        self.rows[index]
        self.rows[index] = self.element(given)

    def clear(self):
        self.rows = []

    def count(self, given):
        return len(self.equal(given))

    def includes(self, given):
        return len(self.equal(given)) > 0

    def index(self, given, start=0, stop=Missing):
        for at in self.equal(given):
            if at in range(*slice(start, None if stop is Missing else stop).indices(len(self.rows))):
                return at
        raise ValueError("not in the array")

    def remove(self, given):
        del self.rows[self.index(given)]

    def reverse(self):
        self.rows.reverse()

    def byteswap(self):
        # In place, because a copy need not have the same padding.
        data = bytearray(b"".join(self.rows))
        numpy.frombuffer(data, self.dtype).byteswap(inplace=True)
        self.rows = self.rows_of(bytes(data))

    def frombytes(self, hex):
        self.rows.extend(self.rows_of(bytes.fromhex(hex)))

    def tobytes(self):
        return {"hex": b"".join(self.rows).hex()}

    def tolist(self):
        return {"elements": [self.told(row) for row in self.rows]}

    iterate = tolist

    def slice(self, *bounds):
        return {"elements": [self.told(row) for row in self.rows[where(bounds)]]}

    def setSlice(self, given, *bounds):
        rows, there = self.all_of(given), where(bounds)
        if not rows and there.step not in (None, 1):
            # As in an array of Python, other than in a list.
            del self.rows[there]
        else:
            self.rows[there] = rows

    def deleteSlice(self, *bounds):
        del self.rows[where(bounds)]

    def fill(self, given, *bounds):
        there = where((*bounds, Missing))
        element = self.element(given)
        self.rows[there] = [element] * len(self.rows[there])

    def repeat(self, times):
        return {"hex": b"".join(self.rows * times).hex()}

    def repeatInPlace(self, times):
        self.rows = self.rows * times

    def concat(self, given):
        return {"hex": b"".join(self.rows + self.all_of(given)).hex()}

    copy = tobytes

    def equals(self, given):
        rows = self.all_of(given)
        return len(rows) == len(self.rows) and bool((self.array() == self.array(rows)).all())

    def firstDifference(self, given):
        rows = self.all_of(given)
        equal = self.array()[: len(rows)] == self.array(rows)[: len(self.rows)]
        return int((~equal).argmax()) if not equal.all() else None

    # Fields

    def field(self, name):
        return next(field for field in self.type["fields"] if field["name"] == name)

    def getField(self, index, name):
        (item,) = self.array([self.rows[index]])
        return {"value": self.told_field(self.field(name), item[name]), "field": name}

    def setField(self, index, name, given):
        array = self.array([self.rows[index]]).copy()
        array[name] = self.field_value(self.field(name), given)
        # The padding of an array of NumPy need not be that of another one.
        field, offset = self.dtype.fields[name][:2]
        row, value = self.rows[index], array.tobytes()
        self.rows[index] = row[:offset] + value[offset : offset + field.itemsize] + row[offset + field.itemsize :]

    def column(self, name, *bounds):
        return {"hex": self.array(self.rows[where((*bounds, Missing))])[name].tobytes().hex()}

    def setColumn(self, name, given, start):
        start += len(self.rows) if start < 0 else 0
        if start < 0 or start + len(given) > len(self.rows):
            raise ValueError("beyond the records")
        for at, value in enumerate(given):
            self.setField(start + at, name, value)

    def values(self, name):
        return self.array()[name]

    def sumOf(self, name):
        return str(sum(int(value) for value in self.values(name)))

    def minOf(self, name, least=numpy.min):
        if not self.rows:
            raise IndexError("empty")
        # Of 0 and -0 either may be the least.
        return {"value": told(self.field(name)["typecode"], least(self.values(name)) + 0), "field": name}

    def maxOf(self, name):
        return self.minOf(name, numpy.max)

    def equal_values(self, name, given):
        return (self.values(name) == scalar(self.field(name)["typecode"], given)).nonzero()[0].tolist()

    def countOf(self, name, given):
        return len(self.equal_values(name, given))

    def indexOf(self, name, given, start, stop):
        for at in self.equal_values(name, given):
            if at in range(*where((start, stop, Missing)).indices(len(self.rows))):
                return at
        raise ValueError("not in the column")

    def sortBy(self, name):
        before = self.values(name)
        keys = [sort_key(value) for value in before]
        self.rows = [self.rows[at] for at in sorted(range(len(keys)), key=keys.__getitem__)]
        assert numpy.array_equal(self.values(name), numpy.sort(before), equal_nan=before.dtype.kind == "f")

    def bisectOf(self, name, given, side):
        value = numpy.array([scalar(self.field(name)["typecode"], given)], self.dtype[name])
        return int(numpy.searchsorted(self.values(name), value, side)[0])

    def reserve(self, *_):
        pass

    trim = refresh = handle = reattach = flush = reserve


def sort_key(value):
    """As NumPy sorts, but that -0 comes before 0, and a NaN with greater bits behind another one."""
    if value.dtype.kind != "f":
        return int(value)
    bits = int(value.view(f"u{value.itemsize}"))
    is_negative = bool(numpy.signbit(value))
    if numpy.isnan(value):
        return (1, is_negative, -bits if is_negative else bits)
    return (0, float(value), not is_negative)


def where(bounds):
    for bound in bounds:
        if bound is not Missing:
            operator.index(bound)
    return slice(*[None if bound is Missing else bound for bound in bounds])


def argument(given):
    return Missing if given is None else given


def answers(subject, request):
    before = list(subject.rows)
    for name, *given in request["steps"]:
        arguments = [argument(value) for value in given]
        if arguments[-1:] == [Missing] and name in ("pop", "index"):
            arguments.pop()
        try:
            answer = {"value": getattr(subject, name)(*arguments)}
        except Refused as error:
            answer = {"error": str(error)}
        except Exception as error:
            answer = {"error": type(error).__name__, "message": str(error)}
        if subject.rows != before:
            before = list(subject.rows)
            answer["contents"] = b"".join(before).hex()
        yield answer


def loaded(subject, path):
    if path is None:
        return ""
    array, dtype = numpy.load(path), subject.dtype
    # The header has the fields in the order of their offsets.
    if (array.dtype.itemsize, array.dtype.fields) != (dtype.itemsize, dtype.fields) or array.dtype.kind != dtype.kind:
        return f"dtype {array.dtype}"
    return "" if array.tobytes() == b"".join(subject.rows) else f"elements {array.tobytes().hex()}"


def run(request):
    subject = Subject(request["type"], bytes.fromhex(request["initial"]))
    return {"steps": list(answers(subject, request)), "file": loaded(subject, request.get("path"))}


if __name__ == "__main__":
    for line in sys.stdin:
        json.dump({"value": run(json.loads(line)[0])}, sys.stdout, separators=(",", ":"))
        print(flush=True)
