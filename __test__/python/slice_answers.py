"""What Python's array module answers to slices, insert, pop, index, equality and order: one JSON document on stdout.

Bounds are None, an integer, or the texts "huge" and "-huge" (2**100: beyond every machine word).
Arrays are array('i') of 0, 1, 2, ...; assigned values are -1, -2, -3, ...
An answer is the list that is left (or got), or the name of the exception.
"""

import json
import sys
from array import array, typecodes

HUGE = 2**100
TEXT = "w" if "w" in typecodes else "u"
BOUNDS = [None, -100, -7, -6, -5, -3, -2, -1, 0, 1, 2, 3, 5, 6, 7, 100, "huge", "-huge"]
STEPS = [None, 1, 2, 3, -1, -2, -3, 0, "huge", "-huge"]
LENGTHS = range(7)


def number(bound):
    return {"huge": HUGE, "-huge": -HUGE}.get(bound, bound)


def answer(work):
    try:
        return work()
    except Exception as error:
        return type(error).__name__


def set_slice(length, where, count):
    items = array("i", range(length))
    items[where] = array("i", range(-1, -1 - count, -1))
    return items.tolist()


def delete_slice(length, where):
    items = array("i", range(length))
    del items[where]
    return items.tolist()


def slices():
    for length in LENGTHS:
        for start in BOUNDS:
            for stop in BOUNDS:
                for step in STEPS:
                    where = slice(number(start), number(stop), number(step))
                    yield {
                        "length": length,
                        "bounds": [start, stop, step],
                        "get": answer(lambda: array("i", range(length))[where].tolist()),
                        "delete": answer(lambda: delete_slice(length, where)),
                        "set": [answer(lambda: set_slice(length, where, count)) for count in range(5)],
                    }


def insert(length, index):
    items = array("i", range(length))
    items.insert(index, -1)
    return items.tolist()


def pop(length, index):
    items = array("i", range(length))
    return [items.pop(index), items.tolist()]


def positions():
    for length in LENGTHS:
        for index in [-(2**40), -100, *range(-8, 9), 100, 2**40]:
            yield {
                "length": length,
                "index": index,
                "insert": answer(lambda: insert(length, index)),
                "pop": answer(lambda: pop(length, index)),
                "get": answer(lambda: array("i", range(length))[index]),
            }


def searches():
    items = array("i", [0, 1, 2, 1, 0])
    for value in range(4):
        for start in BOUNDS[1:]:
            for stop in [*BOUNDS[1:], None]:
                bounds = [number(start)] if stop is None else [number(start), number(stop)]
                yield {"value": value, "start": start, "stop": stop, "index": answer(lambda: items.index(value, *bounds))}


ARRAYS = [
    ["b", []], ["d", []], [TEXT, ""], ["i", [1]], ["i", [1, 2]], ["d", [1.0, 2.0]], ["b", [-1]], ["B", [255]],
    ["Q", [2**64 - 1]], ["q", [-1]], ["d", [2.0**64]], ["q", [2**53 + 1]], ["d", [2.0**53]], ["q", [2**63 - 1]],
    ["d", [2.0**63]], ["f", [0.1]], ["d", [0.1]], ["d", [float("nan")]], ["d", [1.0, float("nan")]],
    ["d", [-0.0]], ["i", [0]], ["d", [float("inf")]], ["d", [float("-inf")]], [TEXT, "a"], [TEXT, "ab"], [TEXT, "b"],
    ["i", [97]], ["i", [1, 2, 3]], ["i", [2]], ["Q", [2**63]], ["d", [1.5]], ["f", [1.5]], ["h", [1, 2, 4]],
]  # fmt: skip


def described(code, items):
    if code in "qQ":
        return [code, [str(item) for item in items]]
    if code in "df":
        return [code, [repr(item) for item in items]]
    return [code, items]


def order(one, other):
    if one == other:
        return 0
    if one < other:
        return -1
    if one > other:
        return 1
    return "NaN"


def comparisons():
    for one in ARRAYS:
        for other in ARRAYS:
            left, right = array(*one), array(*other)
            yield {
                "one": described(*one),
                "other": described(*other),
                "equals": left == right,
                "compare": answer(lambda: order(left, right)),
            }


json.dump(
    {
        "slices": list(slices()),
        "positions": list(positions()),
        "searches": list(searches()),
        "comparisons": list(comparisons()),
    },
    sys.stdout,
    separators=(",", ":"),
)
