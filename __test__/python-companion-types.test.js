// The types that python/mmap_array.py accepts by name, and what its errors say about types and values.
import { expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { NAMES } from '../lib/type-names.js'
import { startCompanion } from './support/companion.js'
import { pythonWithNumpy } from './support/numpy.js'
import { describePython } from './support/python.js'
import { useScope } from './support/scope.js'

const ALL = Object.entries(NAMES).flatMap(([code, names]) => names.map((name) => [name, code]))

describePython('types of python/mmap_array.py', () => {
  const scope = useScope()
  const start = (options) => startCompanion(scope, options)
  /** What Python says about a refused call. */
  const refused = (promise) =>
    promise.then(
      () => expect.fail('nothing was thrown'),
      ({ code, message }) => `${code}: ${message}`,
    )

  test('names are those of Node, for elements and for fields', async () => {
    const ask = start()
    expect(await ask('mmap_array._NAMES')).toEqual(
      Object.fromEntries(Object.entries(NAMES).map(([code, names]) => [code, names.join(' ')])),
    )
    await ask(`def codes(name):
    a = open(path, name, "w+")
    b = open(path, [("one", name), ("list", (name, 2))], "w+")
    c = open(path + ".npy", {"one": name}, "w+")
    return [a.typecode] + [field["typecode"] for array in (b, c) for field in array.record["fields"]]`)
    for (const [name, code] of ALL) {
      expect(await ask('codes(name)', { name, path: scope.path('a') })).toEqual([code, code, code, code])
    }
    await ask('open(path, "float64", "w+").append(1.5)', { path: scope.path('b.npy') })
    expect(scope.keep(MmapArray.open(scope.path('b.npy'), 'float64')).tolist()).toEqual([1.5])
    expect(await ask('open(path, "<f8").tolist()')).toEqual([1.5])
  })

  test('names that are ambiguous or unknown are refused with a hint, the field and the path', async () => {
    const ask = start()
    const path = scope.path('log')
    for (const [text, ...parts] of [
      ['"f8"', 'ERR_INVALID_TYPECODE', path, "'f8'; there is no float8", 'it is float64: write f64 or <f8'],
      ['"float8"', 'ERR_INVALID_TYPECODE', 'write f64 or <f8'],
      ['"Float64"', 'ERR_INVALID_TYPECODE', 'did you mean float64?'],
      ['"double"', 'ERR_INVALID_TYPECODE', 'did you mean float64?'],
      ['"|b1"', 'ERR_INVALID_TYPECODE', 'write u8 for bytes of 0 and 1'],
      ['">f8"', 'ERR_INVALID_TYPECODE', '`mmap-array convert`'],
      ['"nonsense"', 'ERR_INVALID_TYPECODE', 'a name such as float64', "Received 'nonsense'"],
      ['5', 'ERR_INVALID_TYPECODE', 'Received 5'],
      ['float', 'ERR_INVALID_TYPECODE', "Received <class 'float'>"],
      ['None', 'ERR_INVALID_TYPECODE', path, 'only .npy files name their type', 'fields of a record'],
      ['[("x", "f8")]', 'ERR_INVALID_RECORD_TYPE', path, "the field 'x'", 'write f64 or <f8'],
      ['[("x", ("f8", 2))]', 'ERR_INVALID_RECORD_TYPE', "the field 'x'"],
    ]) {
      const said = await refused(ask(`open(path, ${text}, "w+")`, { path }))
      for (const part of parts) expect(said).toContain(part)
    }
    const npy = Buffer.from("\x93NUMPY\x01\x00F\x00{'descr': '>f8', 'fortran_order': False, 'shape': (0,), }", 'latin1')
    const bytes = Buffer.concat([npy, Buffer.alloc(80 - npy.length, ' ')])
    expect(await refused(ask('open(path)', { path: scope.file(bytes, 'big.npy') }))).toContain('`mmap-array convert`')
    expect(await refused(ask('open(path, flags="w+")', { path: scope.path('new.npy') }))).toContain('new.npy')
  })

  test('of NumPy are accepted, as classes and as dtypes', { timeout: 300_000 }, async ({ skip }) => {
    const ask = start({ command: await pythonWithNumpy(skip) })
    await ask('import numpy as np')
    const path = scope.path()
    for (const [text, code] of [
      ['np.float32', 'f'],
      ['np.dtype("f8")', 'd'],
      ['np.longlong', 'q'],
      ['np.complex64', 'Zf'],
    ]) {
      expect(await ask(`open(path, ${text}, "w+").typecode`, { path })).toBe(code)
    }
    await ask('t = np.dtype([("flag", "i1"), ("at", "f8"), ("gain", "f4", 2)], align=True)')
    expect(await ask('open(path, t, "w+").numpy().dtype == t')).toBe(true)
    expect(await ask('open(path, [("x", np.float64)], "w+").record["fields"][0]["typecode"]')).toBe('d')
    expect(await refused(ask('open(path, np.dtype(">f8"), "w+")'))).toContain('`mmap-array convert`')
    expect(await refused(ask('open(path, np.bool_, "w+")'))).toContain('write u8')
  })

  test('of fields are named by errors about values, and nested values are shortened', async () => {
    const ask = start()
    await ask('a = open(path, [("time", "d"), ("status", "H"), ("gain", ("e", 2))], "w+"); b = open(path, "d", "r+")', {
      path: scope.path(),
    })
    for (const [text, ...parts] of [
      ['a.append((1, 70000, [1, 2]))', 'ERR_VALUE_OUT_OF_RANGE', "the field 'status'", '70000'],
      ['a.append((1, "x", [1, 2]))', 'ERR_INVALID_ARG_TYPE', "the field 'status'"],
      ['a.append((1, 2, [1, 70000]))', 'ERR_VALUE_OUT_OF_RANGE', "the field 'gain'", '70000'],
      ['a.append((1, 2, 3))', 'ERR_INVALID_ARG_TYPE', "the field 'gain' must be a sequence of 2 values"],
    ]) {
      const said = await refused(ask(text))
      for (const part of parts) expect(said).toContain(part)
    }
    expect((await refused(ask('b.extend([list(range(1000))])'))).length).toBeLessThan(200)
    expect(await ask('len(a)')).toBe(0)
    const { trace } = await ask('a[5]').catch((error) => error)
    expect(trace).toContain('mmap_array.Error: ')
  })

  test('of errors survive a pool of processes', async () => {
    const ask = start()
    await ask(`import pickle
def copied(call):
    try: call()
    except mmap_array.Error as error: return pickle.loads(pickle.dumps(error))`)
    const path = scope.path()
    const text = 'str(e), e.code, isinstance(e, ValueError), isinstance(e, mmap_array.Error)'
    await ask('a = open(path, "B", "w+"); e = copied(lambda: a.append(300))', { path })
    const said = "an element must fit the type 'B'. Received 300"
    expect(await ask(text)).toEqual([said, 'ERR_VALUE_OUT_OF_RANGE', true, true])
    await ask('e = copied(a.unlock)')
    expect(await ask(text)).toEqual(['this array does not hold the lock', 'ERR_NOT_LOCKED', false, true])
  })
})
