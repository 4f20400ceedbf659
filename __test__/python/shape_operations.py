"""The other end of shape-differential.test.js: runs random operations on an array of several dimensions in NumPy.

One JSON request a line: {"type", "shape", "order", "steps", "path"}; support/shape-operations.js says what the steps are. One JSON line in
answer: for each step its value or the code of its error, with the shape, the strides and the elements in the order of memory after it; and
what np.load finds in the file of the path that differs. A value is an integer, which stands for an element of any type."""

import json
import sys

import numpy

DTYPES = {
    **dict(zip("bBhHiIqQefdcw", "i1 u1 i2 u2 i4 u4 i8 u8 f2 f4 f8 S1 U1".split()), Zf="c8", Zd="c16"),
    "record": [("id", "<i4"), ("flag", "i1"), ("gain", "<f4", (2,))],
}


class Refused(Exception):
    """A call that must throw an error of a code."""


def partial_row():
    return Refused("ERR_PARTIAL_ROW")


class Subject:
    def __init__(self, type, shape, order):
        self.type = type
        self.dtype = numpy.dtype(DTYPES[type])
        self.array = self.elements(range(int(numpy.prod(shape, dtype=int)))).reshape(shape, order=order)
        self.order = order
        self.inner = tuple(shape[1:])

    def elements(self, values):
        values = numpy.array([value % 26 for value in values], "i8")
        if self.type == "record":
            array = numpy.zeros(len(values), self.dtype)
            array["id"], array["flag"] = values, values
            array["gain"] = numpy.stack([values, values + 0.5], 1) if len(values) else 0
            return array
        if self.type in ("c", "w"):
            return numpy.array([chr(97 + value) for value in values], "U1").astype(self.dtype)
        return (values + values * 1j if self.type[0] == "Z" else values).astype(self.dtype)

    def told(self, array):
        """The values that stand for elements, which are in the order of the array's axes."""
        flat = numpy.ascontiguousarray(array).ravel()
        if self.type == "record":
            assert (flat["id"] == flat["flag"]).all() and (flat["gain"][:, 1] == flat["id"] + 0.5).all()
            return flat["id"].tolist()
        if self.type in ("c", "w"):
            return [ord(value) - 97 for value in flat.astype("U1").tolist()]
        if self.type[0] == "Z":
            assert (flat.real == flat.imag).all()
        return [int(value) for value in (flat.real if self.type[0] == "Z" else flat)]

    @property
    def flat(self):
        return self.array.ravel(order="K" if self.order == "F" else "C")

    def become(self, flat):
        """Takes over elements, which must be whole rows."""
        row = int(numpy.prod(self.inner, dtype=int))
        if len(flat) % row:
            raise partial_row()
        self.array = flat.reshape((-1, *self.inner))

    # Coordinates

    def get(self, coordinates):
        if len(coordinates) not in (1, self.array.ndim):
            raise Refused("ERR_INVALID_ARG_TYPE")
        return self.told(self.flat[coordinates[0]] if len(coordinates) == 1 else self.array[tuple(coordinates)])

    def set(self, coordinates, value):
        if len(coordinates) not in (1, self.array.ndim):
            raise Refused("ERR_INVALID_ARG_TYPE")
        (element,) = self.elements([value])
        if len(coordinates) == self.array.ndim:
            self.array[tuple(coordinates)] = element
        else:
            self.array[numpy.unravel_index(range(self.array.size)[coordinates[0]], self.array.shape, self.order)] = element

    # Rows

    def require_rows(self):
        if self.order == "F":
            raise Refused("ERR_TYPE_MISMATCH")

    def row(self, index):
        self.require_rows()
        return self.told(self.array[index])

    def rows(self, start, stop):
        self.require_rows()
        return [self.told(row) for row in self.array[start:stop]]

    def setRow(self, index, values):
        self.require_rows()
        self.array[index] = self.elements(values).reshape(self.inner)

    def append(self, values, form):
        if len(values) != numpy.prod(self.inner, dtype=int):
            raise partial_row()
        self.array = numpy.concatenate([self.array, self.elements(values).reshape((1, *self.inner))])

    def extend(self, rows, form):
        for row in rows:
            if len(row) != numpy.prod(self.inner, dtype=int):
                raise partial_row()
        values = [value for row in rows for value in row]
        self.array = numpy.concatenate([self.array, self.elements(values).reshape((-1, *self.inner))])

    # Flat

    def extendFlat(self, values, form):
        self.become(numpy.concatenate([self.flat, self.elements(values)]))

    frombytes = fromlist = extendFlat

    def appendOne(self, value):
        self.become(numpy.concatenate([self.flat, self.elements([value])]))

    def insert(self, index, value):
        self.become(numpy.insert(self.flat, min(max(index, -self.array.size), self.array.size), self.elements([value])))

    def pop(self, index):
        taken = self.flat[index]
        self.become(numpy.delete(self.flat, index))
        return self.told(taken)

    def deleteSlice(self, *bounds):
        self.become(numpy.delete(self.flat, slice(*bounds)))

    def setSlice(self, values, start, stop):
        start, stop, _ = slice(start, stop).indices(self.array.size)
        flat = self.flat
        changed = numpy.concatenate([flat[:start], self.elements(values), flat[max(start, stop) :]])
        if self.order == "F":
            self.array = changed.reshape(self.array.shape, order="F")
        else:
            self.become(changed)

    def slice(self, *bounds):
        return self.told(self.flat[slice(*bounds)])

    def clear(self):
        self.become(self.flat[:0])

    def repeatInPlace(self, times):
        self.become(numpy.tile(self.flat, times))

    def reverse(self):
        self.array = self.flat[::-1].reshape(self.array.shape, order=self.order)

    def copy(self):
        return [list(self.array.shape) if self.order == "C" else [self.array.size], self.told(self.flat)]

    def ndarray(self):
        return self.told(self.array)

    def nothing(self, *_):
        pass

    reserve = trim = refresh = reopen = handle = flush = nothing


def answers(subject, steps):
    for name, *arguments in steps:
        try:
            if subject.order == "F" and name in ("append", "extend", "extendFlat", "fromlist", "frombytes", "appendOne", "insert", "clear"):
                raise Refused("ERR_FIXED_LENGTH")
            answer = {"value": getattr(subject, name)(*arguments)}
        except Refused as error:
            answer = {"error": str(error)}
        except IndexError:
            answer = {"error": "ERR_INDEX_OUT_OF_RANGE"}
        array = subject.array
        # Of a new array that is not empty, because other arrays may have other strides along an axis of length 0 or 1.
        strides = list(numpy.empty([max(length, 1) for length in array.shape], "i1", order=subject.order).strides)
        answer.update(shape=list(array.shape), strides=strides, contents=subject.told(subject.flat))
        yield answer


def loaded(subject, path):
    if path is None:
        return ""
    array = numpy.load(path)
    if (array.dtype, array.shape, array.flags.fnc) != (subject.dtype, subject.array.shape, subject.order == "F"):
        return f"{array.dtype} {array.shape} {array.flags.fnc}"
    return "" if (array == subject.array).all() else f"elements {array.tolist()}"


def run(request):
    if "save" in request:
        subject = Subject(request["type"], request["shape"], request["order"])
        numpy.save(request["save"], subject.array)
        return ""
    subject = Subject(request["type"], request["shape"], request["order"])
    return {"steps": list(answers(subject, request["steps"])), "file": loaded(subject, request.get("path"))}


if __name__ == "__main__":
    for line in sys.stdin:
        json.dump({"value": run(json.loads(line)[0])}, sys.stdout, separators=(",", ":"))
        print(flush=True)
