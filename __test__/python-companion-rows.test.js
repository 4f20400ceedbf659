// Rows in python/mmap_array.py: batches of rows from lists, memoryviews and NumPy, and arrays of other dtypes.
import fs from 'node:fs'
import { expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { attachCompanion, startCompanion } from './support/companion.js'
import { pythonWithNumpy } from './support/numpy.js'
import { describePython } from './support/python.js'
import { useScope } from './support/scope.js'

describePython('rows in python/mmap_array.py', () => {
  const scope = useScope()
  const start = (options) => startCompanion(scope, options)
  const attached = (array) => attachCompanion(scope, array)
  const withNumpy = async (skip) => {
    const ask = start({ command: await pythonWithNumpy(skip) })
    await ask('import numpy as np, array')
    return ask
  }
  const codeOf = (promise) =>
    promise.then(
      () => 'none',
      ({ code }) => code,
    )
  const messageOf = (promise) =>
    promise.then(
      () => 'none',
      ({ message }) => message,
    )
  /** What Python appends to an array with this shape of a row. */
  const matrix = (type, ...lengths) =>
    scope.keep(MmapArray.open(scope.path('m.npy'), type, { flags: 'w+', shape: [0, ...lengths] }))

  test('that are nested lists or memoryviews are appended in one call, all or none', async () => {
    const array = matrix('d', 3)
    const ask = await attached(array)
    await ask('import array; flat = memoryview(array.array("d", range(6))).cast("B")')
    await ask('a.append([1, 2, 3]); a.append([[4, 5, 6]]); a.extend([[7, 8, 9], (10, 11, 12)])')
    await ask(
      'a.extend(flat.cast("d", (2, 3))); a.extend([flat[:24].cast("d")]); a.append(flat[24:].cast("d", (1, 3)))',
    )
    await ask('a.extend(memoryview(array.array("i", range(3))).cast("B").cast("i", (1, 3))); a.extend([])')
    array.refresh()
    expect(array.tolist()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5, 0, 1, 2])
    for (const [text, code] of [
      ['a.extend([[1, 2, 3], [4, 5]])', 'ERR_PARTIAL_ROW'],
      ['a.extend([[1, 2, 3], 4])', 'ERR_INVALID_ARG_TYPE'],
      ['a.extend([[1, 2, 3], [4, 5, "6"]])', 'ERR_INVALID_ARG_TYPE'],
      ['a.extend([[1, 2, 3], [[4, 5, 6]]])', 'ERR_INVALID_ARG_TYPE'],
      ['a.append([[1, 2, 3], [4, 5, 6]])', 'ERR_PARTIAL_ROW'],
      ['a.extend(flat.cast("d", (3, 2)))', 'ERR_PARTIAL_ROW'],
    ]) {
      expect({ text, code: await codeOf(ask(text)) }).toEqual({ text, code })
    }
    expect(await ask('a.refresh()')).toBe(27)
    expect(await ask('a.row(1), a.row(-1)')).toEqual([
      [4, 5, 6],
      [0, 1, 2],
    ])
    expect(await codeOf(ask('a.row(9)'))).toBe('ERR_INDEX_OUT_OF_RANGE')
    expect(await messageOf(ask('a[1, 2]'))).toContain('use row(i), or numpy()[i, j]')
    expect(await codeOf(ask('open(path, "d", "w+").row(0)', { path: scope.path() }))).toBe('ERR_TYPE_MISMATCH')
  })

  test('of several dimensions and of records are appended nested or flat', async () => {
    const cube = matrix('i', 2, 2)
    const ask = await attached(cube)
    await ask('a.append([[1, 2], [3, 4]]); a.append([5, 6, 7, 8]); a.append([[[9, 10], [11, 12]]])')
    await ask('a.extend([[[1, 2], [3, 4]], [5, 6, 7, 8]])')
    await ask('import array; a.extend(iter([range(4), array.array("i", [4, 5, 6, 7]), [range(2), range(2)]]))')
    cube.refresh()
    expect(cube.tolist().slice(0, 20)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3, 4, 5, 6, 7, 8])
    expect(cube.tolist().slice(20)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 0, 1])
    expect(await codeOf(ask('a.extend([[[1, 2], [3]]])'))).toBe('ERR_PARTIAL_ROW')
    const records = scope.keep(new MmapArray({ x: 'i', y: ['i', 2] }, undefined, { shape: [-1, 2] }))
    const other = await attached(records)
    await other('r = {"x": 1, "y": [2, 3]}; a.extend([[r, r]]); a.append([r, r]); a.extend([(4, [5, 6]), [7, [8, 9]]])')
    expect(records.refresh()).toBe(6)
    expect(records.tolist().map(({ x }) => x)).toEqual([1, 1, 1, 1, 4, 7])
  })

  test('of NumPy are appended in one call', { timeout: 300_000 }, async ({ skip }) => {
    const array = matrix('f', 4)
    const ask = await withNumpy(skip)
    await ask('a = attach(handle); m = np.arange(12, dtype="f4").reshape(3, 4)', { handle: array.handle() })
    await ask('a.extend(m); a.append(m[1]); a.append(m[2:]); a.extend(m.ravel()); a.extend([m[0], m[1]])')
    await ask('a.extend(np.asfortranarray(m)); a.extend(m[::2]); a.extend(m.astype(">f8")); a[0:4] = m[1:2]')
    expect(await ask('a.shape')).toEqual([18, 4])
    expect(
      await ask('(a.numpy() == np.concatenate([m[1:2], m[1:], m[1:], m, m[:2], m, m[::2], m])).all().item()'),
    ).toBe(true)
    expect(await ask('(np.load(a.path) == a.numpy()).all().item()')).toBe(true)
    const before = fs.readFileSync(array.path)
    for (const [text, code] of [
      ['a.extend(m.T)', 'ERR_PARTIAL_ROW'],
      ['a.extend(m[:, :2])', 'ERR_PARTIAL_ROW'],
      ['a.extend(m.reshape(3, 2, 2))', 'ERR_PARTIAL_ROW'],
      ['a.append(m)', 'ERR_PARTIAL_ROW'],
      ['a.append(m[0, :2])', 'ERR_PARTIAL_ROW'],
      ['a.extend(m.astype(str))', 'ERR_INVALID_ARG_TYPE'],
    ]) {
      expect({ text, code: await codeOf(ask(text)) }).toEqual({ text, code })
    }
    expect(fs.readFileSync(array.path).equals(before)).toBe(true)
    await ask('b = open(path, "d", "w+")', { path: scope.path() })
    expect(await messageOf(ask('b.extend(m)'))).toContain('ravel()')
  })

  test('of another dtype are converted as single elements are', { timeout: 300_000 }, async ({ skip }) => {
    const ask = await withNumpy(skip)
    await ask(`def both(code, values):
    found = []
    for items in (values, values.tolist()):
        a = open(path, code, "w+")
        try: a.extend(items); found.append(a.tobytes().hex())
        except Exception as error: found.append(error.code)
    return found`)
    const path = scope.path()
    for (const values of [
      'np.array([0, 1, 127])',
      'np.array([-1, 200], "i2")',
      'np.array([2**63], "u8")',
      'np.array([2**40 + 1, 2**24 + 1, 16777219])',
      'np.array([0.1, -2.5, np.inf, 65519.0])',
      'np.array([65520.0, 1.0])',
      'np.array([1e300, np.inf])',
      'np.array([1.00000017881393432617187499, 1 + 1e-9])',
      'np.array([1.5, 2], "f2")',
      'np.array([1.5, 2], ">f4")',
      'np.array([1 + 2j, 0.1], "c8")',
      'np.array([])',
      'np.array([True, False])',
    ]) {
      for (const code of ['b', 'B', 'i', 'q', 'Q', 'e', 'f', 'd', 'Zf', 'Zd']) {
        const [fast, slow] = await ask(`both(code, ${values})`, { code, path })
        expect({ values, code, fast }).toEqual({ values, code, fast: slow })
      }
    }
    // As before NumPy had a path of its own: no numbers are made of times, and the mask of a masked array is ignored.
    for (const [text, code] of [
      ['np.array([1], "M8[ns]")', 'ERR_INVALID_ARG_TYPE'],
      ['np.array([1.5])', 'ERR_INVALID_ARG_TYPE'],
      ['np.array([2**63], "u8")', 'ERR_VALUE_OUT_OF_RANGE'],
      ['np.array(5)', 'ERR_INVALID_ARG_TYPE'],
    ]) {
      const found = await codeOf(ask(`a = open(path, "q", "w+"); a.extend(${text})`, { path }))
      expect({ text, found }).toEqual({ text, found: code })
    }
    await ask('a = open(path, "d", "w+"); a.extend(np.ma.masked_array([1.0, 2.0], [True, False]))', { path })
    expect(await ask('a.tolist()')).toEqual([1, 2])
    await ask('r = open(path, [("x", "i"), ("y", "d")], "w+"); s = np.array([(1, 2.5), (3, 4.5)], "i4,f8")', { path })
    await ask('r.extend(s); r.extend(r.numpy()); r.append(s[0].item())')
    expect(await ask('[item["x"] for item in r]')).toEqual([1, 3, 1, 3, 1])
    expect(await codeOf(ask('r.extend(memoryview(b"ab"))'))).toBe('ERR_INVALID_ARG_TYPE')
    // No element is packed on its own.
    await ask('mmap_array._Scalar.encode = None; a = open(path, "f", "w+"); a.extend(np.array([0.1, 1e300]))')
    expect(await ask('len(a)')).toBe(2)
  })

  test('in Fortran order are refused with what to do, whatever the values are', async () => {
    const ask = start()
    const text = "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }"
    const header = Buffer.from(`\x93NUMPY\x01\x00v\x00${text.padEnd(117)}\n`, 'latin1')
    await ask('a = open(path, flags="r+")', { path: scope.file(Buffer.concat([header, Buffer.alloc(24)]), 'f.npy') })
    for (const call of ['a.append([1, 2, 3])', 'a.append("x")', 'a.extend([[1, 2, 3]])']) {
      const error = await ask(call).catch((thrown) => thrown)
      expect(error.code).toBe('ERR_FIXED_LENGTH')
      expect(error.message).toContain('ascontiguousarray')
    }
    expect(await messageOf(ask('a.row(0)'))).toContain('Fortran order: use numpy()')
  })
})
