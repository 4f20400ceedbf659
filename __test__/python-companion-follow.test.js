// follow in python/mmap_array.py: rotated files, what its messages say, and matrices that Python makes.
import fs from 'node:fs'
import { expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { attachCompanion, startCompanion } from './support/companion.js'
import { describePython } from './support/python.js'
import { useScope } from './support/scope.js'

describePython('follow in python/mmap_array.py', () => {
  const scope = useScope()
  const failure = (promise) =>
    promise.then(
      () => expect.fail('nothing was thrown'),
      (error) => error,
    )
  const make = (path, type, options) => scope.keep(MmapArray.open(path, type, { flags: 'w+', ...options }))
  /** What takes the place of a file. */
  const replaceBy = (path, type, items, options) => {
    const next = make(`${path}.new`, type, { format: path.endsWith('.npy') ? 'npy' : 'raw', ...options })
    next.extend(items)
    fs.renameSync(`${path}.new`, path)
    return next
  }

  const storages = [
    ['a file', 'log', 'i', {}],
    ['a file with an offset', 'log', 'i', { offset: 8 }],
    ['rows of a file', 'log', 'i', { shape: [-1, 2] }],
    ['a .npy file', 'log.npy', 'i', {}],
    ['rows of a .npy file', 'log.npy', 'i', { shape: [0, 2] }],
  ]
  test.each(storages)('with replaced="reopen" goes on with the next of %s', async (_, name, type, options) => {
    const path = scope.path(name)
    const first = make(path, type, options)
    first.extend([1, 2, 3, 4])
    const ask = await attachCompanion(scope, first)
    const before = await ask('len(os.listdir("/proc/self/fd"))')
    await ask('f = a.follow("start", replaced="reopen"); found = next(f)')
    const next = ask('next(f)')
    const second = replaceBy(path, type, [5, 6], options)
    expect(await next).toEqual([5, 6])
    const later = ask('next(f)')
    second.extend([7, 8])
    expect(await later).toEqual([7, 8])
    replaceBy(path, type, [9, 10], options)
    expect(await ask('next(f)')).toEqual([9, 10])
    expect(await ask('f.close(), len(os.listdir("/proc/self/fd")), a.tolist()')).toEqual([null, before, [1, 2, 3, 4]])
  })

  test('with replaced="reopen" waits for a file that is absent or not begun, and ends after a timeout', async () => {
    const path = scope.path('log.npy')
    const array = make(path, 'd')
    array.append(1)
    const ask = await attachCompanion(scope, array)
    fs.renameSync(path, `${path}.1`)
    await ask('f = a.follow("start", replaced="reopen"); found = next(f)')
    expect(await ask('list(a.follow("start", replaced="reopen", timeout=0.01))')).toEqual([[1]])
    const next = ask('next(f)')
    array.append(2) // to the old file, which is what the path led to
    expect(await next).toEqual([2])
    fs.writeFileSync(path, '')
    expect(await ask('list(a.follow(2, replaced="reopen", timeout=0.01))')).toEqual([])
    const later = ask('next(f)')
    make(path, 'd').append(3)
    expect(await later).toEqual([3])
  })

  test('with replaced="reopen" of a file with other elements is an error', async () => {
    const path = scope.path('log.npy')
    const ask = await attachCompanion(scope, make(path, 'd'))
    replaceBy(path, 'i', [1])
    expect((await failure(ask('next(a.follow(replaced="reopen"))'))).code).toBe('ERR_TYPE_MISMATCH')
    const rows = scope.path('rows.npy')
    const other = await attachCompanion(scope, make(rows, 'd', { shape: [0, 2] }))
    replaceBy(rows, 'd', [1, 2, 3], { shape: [0, 3] })
    expect((await failure(other('next(a.follow(replaced="reopen"))'))).code).toBe('ERR_OUT_OF_RANGE')
  })

  test('beyond the end does not blame a truncation, and after one says how to begin again', async () => {
    const array = make(scope.path(), 'i')
    array.extend([1, 2])
    const ask = await attachCompanion(scope, array)
    const beyond = await failure(ask('next(a.follow(99))'))
    expect(beyond.code).toBe('ERR_MEMORY_FAULT')
    expect(beyond.message).toContain('has 2 elements, so the follower cannot begin at element 99')
    expect(beyond.message).toContain("truncated='restart'")
    await ask('f = a.follow("start"); first = next(f)')
    array.clear()
    const { code, message } = await failure(ask('next(f)'))
    expect(code).toBe('ERR_MEMORY_FAULT')
    expect(message).toContain('was truncated to 0 elements, and the follower is at element 2')
    expect(message).toContain("truncated='restart'")
    expect(message).toContain(array.path)
  })

  test('from a word or a value that it does not know names those that it knows', async () => {
    const ask = await attachCompanion(scope, scope.keep(new MmapArray('i')))
    for (const [text, code] of [
      ['a.follow("begin")', 'ERR_OUT_OF_RANGE'],
      ['a.follow(1.5)', 'ERR_INVALID_ARG_TYPE'],
    ]) {
      const error = await failure(ask(text))
      expect(error.code).toBe(code)
      expect(error.message).toContain("from_ must be an index, 'start' or 'end'")
    }
  })
})

describePython('shape in python/mmap_array.py', () => {
  const scope = useScope()

  test('makes the file that Node makes', async () => {
    const ask = startCompanion(scope)
    for (const name of ['m.npy', 'm.raw']) {
      for (const shape of [[-1, 256], [0, 2, 3], [2, 3], [-1], [0], [3], [-1, 123456789, 1000000]]) {
        const [ours, theirs] = ['ours', 'theirs'].map((folder) => scope.path(`${folder}-${name}`))
        const array = scope.keep(MmapArray.open(ours, 'f', { flags: 'w+', shape }))
        await ask('a = open(path, "f", "w+", shape=shape)', { path: theirs, shape })
        expect(await ask('a.shape, len(a), a._fixed')).toEqual([array.shape, array.length, null])
        expect(fs.readFileSync(theirs).equals(fs.readFileSync(ours))).toBe(true)
      }
    }
  })

  test('of a file opens all rows or the first ones, as Node does', async () => {
    const ask = startCompanion(scope)
    for (const name of ['m.npy', 'm.raw']) {
      const path = scope.path(name)
      MmapArray.open(path, 'f', { flags: 'w+', shape: [4, 3] }).close()
      for (const flags of ['r', 'r+', 'a+']) {
        for (const shape of [[-1, 3], [2, 3], [4, 3], [0, 3], [-1, 2], [5, 3], [-1], [-1, 0], [], [-2, 3], [1.5, 3]]) {
          if (flags === 'a+' && shape[0] === 5 && name === 'm.raw') continue // makes the file longer
          let expected
          try {
            const array = MmapArray.open(path, 'f', { flags, shape })
            expected = [array.shape, array.length, flags === 'r' ? null : (array.handle().length ?? null)]
            array.close()
          } catch (error) {
            expected = error.code
          }
          const names = { path, flags, shape }
          const found = await ask('a = open(path, "f", flags, shape=shape)', names).then(
            () => ask('a.shape, len(a), None if flags == "r" else a._fixed'),
            ({ code }) => code,
          )
          if (!Array.isArray(expected)) expect(expected).toMatch(/^ERR_(?:OUT_OF_RANGE|INVALID_ARG_TYPE)$/)
          const isRefused = !Array.isArray(expected)
          expect({ ...names, found: isRefused ? Array.isArray(found) : found }).toEqual({
            ...names,
            found: isRefused ? false : expected,
          })
        }
      }
    }
  })
})
