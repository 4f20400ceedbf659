"""What Python's csv, decimal and fractions make of tables: the answers that `mmap-array convert` has to give.

Reads a JSON list of tables from the standard input, prints a JSON list of answers: {"bytes": hexadecimal} or {"line": number}
for the first row that has no value of the type.
"""

import csv
import json
import math
import struct
import sys
from decimal import Decimal, InvalidOperation, getcontext
from fractions import Fraction

getcontext().prec = 2000
csv.field_size_limit(10**9)

INTEGERS = {"b": 8, "h": 16, "i": 32, "q": 64}
# Digits of the mantissa, least exponent, greatest exponent.
FLOATS = {"e": (11, -14, 15), "f": (24, -126, 127), "d": (53, -1022, 1023)}
MISSING = {"", "na", "n/a", "nan", "null", "none", "-"}


class Bad(Exception):
    pass


def integer(code, text, rounding):
    number = Decimal(text)
    if not number.is_finite():
        raise Bad()
    exact = Fraction(number)
    if rounding is None:
        if exact.denominator != 1:
            raise Bad()
        value = exact.numerator
    else:
        value = {"nearest": round, "floor": math.floor, "ceil": math.ceil, "trunc": math.trunc}[rounding](exact)
    bits = INTEGERS[code.lower()]
    low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if code.islower() else (0, 2**bits - 1)
    if not low <= value <= high:
        raise Bad()
    return struct.pack("<" + code, value)


def floating(code, text):
    number = Decimal(text)
    if not number.is_finite():
        return struct.pack("<" + code, float(text))
    digits, least, most = FLOATS[code]
    size = abs(Fraction(number))
    if size == 0:
        return struct.pack("<" + code, -0.0 if number.is_signed() else 0.0)
    # An estimate of the binary exponent that is made exact.
    exponent = size.numerator.bit_length() - size.denominator.bit_length()
    if Fraction(2) ** exponent > size:
        exponent -= 1
    exponent = max(exponent, least)
    unit = Fraction(2) ** (exponent - digits + 1)
    rounded = round(size / unit) * unit
    if rounded >= Fraction(2) ** (most + 1):
        raise Bad()
    return struct.pack("<" + code, math.copysign(float(rounded), -1 if number.is_signed() else 1))


def value(table, text):
    text = text.strip()
    code = table["type"]
    is_float = code in FLOATS
    policy = table["missing"]
    if text.lower() in MISSING and not (is_float and policy is None and text.lower() == "nan"):
        if policy is None:
            raise Bad()
        if policy == "skip":
            return b""
        text = policy
    try:
        return floating(code, text) if is_float else integer(code, text, table["round"])
    except InvalidOperation:
        raise Bad() from None


def answer(table):
    parts = []
    pending = []
    width = None
    line = 1
    with open(table["path"], newline="", encoding="utf-8") as file:
        reader = csv.reader(file, delimiter=table["delimiter"])
        while True:
            line = reader.line_num + 1
            try:
                row = next(reader)
            except StopIteration:
                return {"bytes": b"".join(parts).hex()}
            if width is None:
                width = len(row)
                if table["titles"]:
                    continue
            if not row:
                # In one column a value is missing, if another row follows.
                if width == 1:
                    pending.append(line)
                continue
            for blank in pending:
                try:
                    parts.append(value(table, ""))
                except Bad:
                    return {"line": blank}
            pending = []
            if len(row) != width:
                return {"line": line}
            try:
                parts.append(value(table, row[table["column"]]))
            except Bad:
                return {"line": line}


print(json.dumps([answer(table) for table in json.load(sys.stdin)]))
