"""The other end of differential.test.js: runs random operations on Python's own arrays.

One JSON request a line: {"code", "initial" (hex), "steps"}; the form of steps stands in support/operations.js. One JSON line in
answer: for each step [value or [exception, message], contents in hex, or null where they did not change]. Typecodes that this
Python's array does not have are modelled: w by u or the reverse, c and e by Modelled.
"""

import json
import operator
import struct
import sys
from array import array, typecodes

REAL = {"u": "u" if "u" in typecodes else "w", "w": "w" if "w" in typecodes else "u"}


class Modelled:
    """Elements that Python has no array for, kept as the unsigned integers of their bits."""

    def __init__(self, typecode, items=()):
        self.typecode = typecode
        self.raw = array({"c": "B", "e": "H"}[typecode])
        self.encode, self.decode = {"c": (latin, chr), "e": (bits_of_half, half)}[typecode]
        self.extend(items)

    def of(self, raw):
        result = Modelled(self.typecode)
        result.raw = raw
        return result

    def same(self, other):
        if not isinstance(other, Modelled) or other.typecode != self.typecode:
            raise TypeError("another type")
        return other.raw

    def append(self, value):
        self.raw.append(self.encode(value))

    def extend(self, items):
        if isinstance(items, (array, Modelled)):
            self.raw.extend(self.same(items))
        else:
            for value in items:
                self.append(value)

    def insert(self, index, value):
        self.raw.insert(operator.index(index), self.encode(value))

    def pop(self, index=-1):
        return self.decode(self.raw.pop(index))

    def __iter__(self):
        return map(self.decode, self.raw)

    def __len__(self):
        return len(self.raw)

    def __getitem__(self, where):
        got = self.raw[where]
        return self.of(got) if isinstance(where, slice) else self.decode(got)

    def __setitem__(self, where, value):
        if isinstance(where, slice):
            self.raw[where] = self.same(value)
        else:
            self.raw[where]
            self.raw[where] = self.encode(value)

    def __delitem__(self, where):
        del self.raw[where]

    def __add__(self, other):
        return self.of(self.raw + self.same(other))

    def __mul__(self, times):
        return self.of(self.raw * times)

    def fromlist(self, items):
        if not isinstance(items, list):
            raise TypeError("arg must be list")
        self.raw.extend(array(self.raw.typecode, [self.encode(item) for item in items]))

    def fromunicode(self, text):
        if self.typecode != "c":
            raise ValueError("fromunicode() may only be called on unicode type arrays")
        if not isinstance(text, str):
            raise TypeError("fromunicode() argument must be str")
        self.fromlist(list(text))

    def tounicode(self):
        if self.typecode != "c":
            raise ValueError("tounicode() may only be called on unicode type arrays")
        return "".join(self)

    def tolist(self):
        return list(self)

    def reverse(self):
        self.raw.reverse()

    def byteswap(self):
        self.raw.byteswap()

    def frombytes(self, data):
        self.raw.frombytes(data)

    def tobytes(self):
        return self.raw.tobytes()

    # As two arrays of Python compare: the first pair that is not equal decides.
    def decided(self, other):
        for one, two in zip(self, other):
            if one != two:
                return one, two
        return len(self), len(other)

    def __eq__(self, other):
        return len(self) == len(other) and all(one == two for one, two in zip(self, other))

    def __lt__(self, other):
        one, two = self.decided(other)
        return one < two

    def __gt__(self, other):
        one, two = self.decided(other)
        return one > two


def latin(value):
    if not isinstance(value, str) or len(value) != 1:
        raise TypeError("array item must be a character")
    if ord(value) > 0xFF:
        raise OverflowError("character beyond Latin-1")
    return ord(value)


def half(bits):
    return struct.unpack("<e", struct.pack("<H", bits))[0]


def bits_of_half(value):
    # As a float array takes it: __float__ or __index__, not a string.
    if isinstance(value, (str, list, dict)) or value is None:
        raise TypeError("must be real number")
    return struct.unpack("<H", struct.pack("<e", float(value)))[0]


def make(code, items=()):
    return Modelled(code, items) if code in "ce" else array(REAL.get(code, code), items)


class Missing:
    """An argument that is not given."""


def scalar(text):
    if text is None:
        return Missing
    kind, rest = text[0], text[1:]
    if kind in "nb":
        return int(rest)
    if kind == "f":
        return float(rest)
    return {"s": rest, "N": None, "L": [], "D": object()}[kind]


class Subject:
    """An array, and how steps act on it."""

    def __init__(self, code, data):
        self.code = code
        self.array = make(code)
        self.array.frombytes(data)

    def argument(self, name, value):
        if not isinstance(value, dict):
            return scalar(value)
        if "list" in value:
            return [scalar(item) for item in value["list"]]
        if "iterator" in value:
            return iter([scalar(item) for item in value["iterator"]])
        if "form" in value:
            return bytes.fromhex(value["hex"])
        if "hex" not in value:
            return self.array
        # u and w may be one type here, and are two there to all that takes arrays of its own type only.
        is_other = {value["code"], self.code} == {"u", "w"} and name not in ("equals", "compare")
        code = "I" if is_other else value["code"]
        result = make(code)
        result.frombytes(bytes.fromhex(value["hex"]))
        return result

    def staged(self, values):
        """An array as it is; an iterable as an array, which Python's own operators do not take."""
        if isinstance(values, (array, Modelled)):
            if values.typecode != self.array.typecode:
                raise TypeError("another type")
            return values
        result = make(self.code)
        result.extend(values)
        return result

    def run(self, name, arguments):
        work = getattr(self, name, None) or getattr(self.array, name)
        given = [self.argument(name, value) for value in arguments]
        return work(*[value for value in given if value is not Missing or name in SLICES])

    def extend(self, items):
        self.array.extend(self.matching(items))

    def matching(self, items):
        """A modelled array is no array to a real one, only an iterable."""
        if isinstance(items, Modelled) and not isinstance(self.array, Modelled):
            raise TypeError("another type")
        return items

    def clear(self):
        del self.array[:]

    def get(self, index):
        return self.array[index]

    def set(self, index, value):
        self.array[index] = value

    def at(self, index):
        try:
            return self.array[index]
        except IndexError:
            return None

    def readable(self):
        """The elements; None for one of a character type that is no character."""
        try:
            return self.array.tolist()
        except ValueError:
            points = memoryview(self.array.tobytes()).cast("I")
            return [chr(point) if point <= 0x10FFFF else None for point in points]

    def has_own_search(self):
        # In an array of characters Python's search fails at the first element that is none.
        return isinstance(self.array, array) and None not in self.readable()

    def index(self, value, start=0, stop=Missing):
        bounds = (start,) if stop is Missing else (start, stop)
        if self.has_own_search():
            return self.array.index(value, *bounds)
        items = self.readable()
        stop = len(items) if stop is Missing else stop
        for at in range(*slice(operator.index(start), operator.index(stop)).indices(len(items))):
            if items[at] is not None and items[at] == value:
                return at
        raise ValueError("array.index(x): x not in array")

    def remove(self, value):
        if self.has_own_search():
            self.array.remove(value)
        else:
            del self.array[self.index(value)]

    def count(self, value):
        if self.has_own_search():
            return self.array.count(value)
        return sum(item is not None and item == value for item in self.readable())

    def includes(self, value):
        return value in self.array if self.has_own_search() else self.count(value) > 0

    def slice(self, *bounds):
        return self.array[where(bounds)]

    def setSlice(self, values, *bounds):
        there = where(bounds)
        self.array[there] = self.staged(values)

    def deleteSlice(self, *bounds):
        del self.array[where(bounds)]

    def fill(self, value, *bounds):
        element = make(self.code, [value])
        there = where((*bounds, Missing))
        self.array[there] = element * len(self.array[there])

    def repeat(self, times):
        return self.array * times

    def repeatInPlace(self, times):
        self.array = self.array * times

    def concat(self, other):
        return self.array + self.staged(other)

    def copy(self):
        return self.array[:]

    def iterate(self):
        return list(self.array)

    def equals(self, other):
        return self.array == other

    def compare(self, other):
        if self.array == other:
            return 0
        if self.array < other:
            return -1
        return 1 if self.array > other else float("nan")

    def reserve(self, *_):
        pass

    trim = refresh = handle = reattach = flush = reserve


SLICES = ("slice", "setSlice", "deleteSlice", "fill")


def where(bounds):
    for bound in bounds:
        if bound is not Missing:
            operator.index(bound)
    return slice(*[None if bound is Missing else bound for bound in bounds])


def wire(value):
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return f"n{value}"
    if isinstance(value, float):
        return f"f{value!r}".replace("inf", "Infinity").replace("nan", "NaN")
    if isinstance(value, str):
        return f"s{value}"
    if isinstance(value, list):
        return [wire(item) for item in value]
    data = value if isinstance(value, bytes) else value.tobytes()
    return {"hex": data.hex()}


def answers(request):
    subject = Subject(request["code"], bytes.fromhex(request["initial"]))
    before = subject.array.tobytes()
    for name, *arguments in request["steps"]:
        try:
            answer = {"value": wire(subject.run(name, arguments))}
        except Exception as error:
            answer = {"error": type(error).__name__, "message": str(error)}
        now = subject.array.tobytes()
        if now != before:
            answer["contents"] = now.hex()
            before = now
        yield answer


if __name__ == "__main__":
    for line in sys.stdin:
        json.dump(list(answers(json.loads(line))), sys.stdout, separators=(",", ":"))
        print(flush=True)
