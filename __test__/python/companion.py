"""Runs the Python that it is sent, with python/mmap_array.py, and answers with what it gave.

A line of standard input is JSON: a text to run, and names for it. An answer is {"value": ...} or {"error": {"code", "kinds", "message"}}.
"""
import errno
import json
import os
import sys
import traceback

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "python"))
import mmap_array

names = {"mmap_array": mmap_array, "os": os, **{name: getattr(mmap_array, name) for name in mmap_array.__all__}}


def run(text):
    try:
        expression = compile(text, "<test>", "eval")
    except SyntaxError:
        return exec(compile(text, "<test>", "exec"), names)
    return eval(expression, names)


def as_json(value):
    if isinstance(value, complex):
        return {"re": value.real, "im": value.imag}
    if isinstance(value, memoryview):
        return value.tolist()
    return repr(value)


for line in sys.stdin:
    request = json.loads(line)
    names.update(request["names"])
    try:
        answer = {"value": run(request["text"])}
        answer = json.dumps(answer, default=as_json)
    except Exception as error:
        kinds = [kind.__name__ for kind in type(error).__mro__ if kind.__module__ == "builtins"]
        code = getattr(error, "code", None) or (errno.errorcode.get(error.errno) if isinstance(error, OSError) else None)
        found = {"code": code, "kinds": kinds, "message": str(error), "trace": traceback.format_exc()}
        answer = json.dumps({"error": found})
    print(answer, flush=True)
