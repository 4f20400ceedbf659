// Handles between processes: by IPC, by an environment variable, by a file; stale and forged ones.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { expectErrorOf, expectError } from './support/errors.js'
import { onLinux } from './support/linux.js'
import { expectExit, runNode } from './support/processes.js'
import { startProcess } from './support/workers.js'
import { useScope } from './support/scope.js'
import { STORAGES } from './support/storages.js'
import { TYPECODES, element, elements, encode, typecode } from './support/typecodes.js'

const i = typecode('i')
const attach = ({ MmapArray, state }, handle) => void (state.array = MmapArray.attach(handle))

describe.each(STORAGES)('$name', ({ make }) => {
  const scope = useScope()

  test('every typecode: a process reads and writes what this one does', async () => {
    const child = startProcess(scope)
    for (const type of TYPECODES) {
      const items = elements(type, 5)
      const array = make(type, items, scope)
      const there = await child.run(({ MmapArray, state }, handle) => {
        state.array = MmapArray.attach(handle)
        const { typecode, length, itemsize } = state.array
        return { typecode, length, itemsize, list: state.array.tolist() }
      }, array.handle())
      expect(there).toEqual({ typecode: type.code, length: 5, itemsize: type.itemsize, list: items })
      array.set(0, element(type, 20))
      const seen = await child.run(
        ({ state }, value) => {
          state.array.set(1, value)
          return state.array.get(0)
        },
        element(type, 21),
      )
      expect(seen).toBe(element(type, 20))
      expect(array.get(1)).toBe(element(type, 21))
      await child.run(({ state }, value) => state.array.append(value), element(type, 22))
      expect(array.length).toBe(5)
      expect(array.refresh()).toBe(6)
      expect(array.get(5)).toBe(element(type, 22))
      array.append(element(type, 23))
      expect(await child.run(({ state }) => [state.array.refresh(), state.array.get(-1)])).toEqual([
        7,
        element(type, 23),
      ])
      await child.run(({ state }) => state.array.clear())
      expect(array.refresh()).toBe(0)
      await child.run(({ state }) => state.array.close())
      array.append(element(type, 1))
      expect(array.tolist()).toEqual([element(type, 1)])
    }
  })
})

describe('processes', () => {
  const scope = useScope()

  test("a handle goes through fork's JSON and back", async () => {
    const child = startProcess(scope, { serialization: 'json' })
    const array = scope.keep(new MmapArray('i', [1, 2, 3]))
    await child.run(attach, array.handle())
    expect(await child.run(({ state }) => state.array.tolist())).toEqual([1, 2, 3])
    const handle = await child.run(({ MmapArray, state }) => {
      state.own = new MmapArray('h', [7, 8])
      return state.own.handle()
    })
    const theirs = scope.keep(MmapArray.attach(handle))
    expect(theirs.tolist()).toEqual([7, 8])
    theirs.append(9)
    expect(await child.run(({ state }) => state.own.refresh())).toBe(3)
  })

  test('a handle goes through an environment variable', async () => {
    for (const array of [
      new MmapArray('q', [1n, 2n]),
      MmapArray.open(scope.file(encode(typecode('q'), [1n, 2n])), 'q', { flags: 'r+' }),
    ]) {
      scope.keep(array)
      const result = await runNode(
        `const array = MmapArray.attach(JSON.parse(process.env.HANDLE))
        array.set(0, 40n)
        array.append(3n)
        console.log(array.tolist().join())`,
        { env: { ...process.env, HANDLE: JSON.stringify(array.handle()) } },
      )
      expectExit(result)
      expect(result.stdout).toBe('40,2,3\n')
      expect(array.refresh()).toBe(3)
      expect(array.tolist()).toEqual([40n, 2n, 3n])
    }
  })

  test('appends of many processes and this one are all kept, each in its order', async () => {
    for (const array of [
      scope.keep(MmapArray.open(scope.path(), 'd', { flags: 'w+' })),
      scope.keep(new MmapArray('d')),
    ]) {
      const handle = array.handle()
      const children = Array.from({ length: 3 }, () => startProcess(scope))
      const work = ({ MmapArray }, [handle, n]) => {
        const array = MmapArray.attach(handle)
        for (let k = 0; k < 1000; k++) array.append(n * 1000 + k)
      }
      const running = Promise.all(children.map((child, n) => child.run(work, [handle, n])))
      for (let k = 0; k < 1000; k++) array.append(3000 + k)
      await running
      expect(array.refresh()).toBe(4000)
      const list = array.tolist()
      for (let n = 0; n < 4; n++) {
        const own = list.filter((value) => value >= n * 1000 && value < (n + 1) * 1000)
        expect(own).toEqual(Array.from({ length: 1000 }, (_, k) => n * 1000 + k))
      }
    }
  })

  test('a process that opens the path itself shares the file as well', async () => {
    const path = scope.file(encode(i, [1, 2, 3]))
    const array = scope.keep(MmapArray.open(path, 'i', { flags: 'r+' }))
    const child = startProcess(scope)
    await child.run(({ MmapArray, state }, path) => {
      state.array = MmapArray.open(path, 'i', { flags: 'r+' })
      state.array.set(0, 9)
      state.array.append(4)
    }, path)
    expect(array.get(0)).toBe(9)
    expect(array.refresh()).toBe(4)
    array.set(3, 44)
    expect(await child.run(({ state }) => state.array.tolist())).toEqual([9, 2, 3, 44])
  })

  onLinux('/proc leads to a file without a name', test)(
    'a file renamed or removed meanwhile is found through its owner',
    async () => {
      const path = scope.file(encode(i, [1, 2, 3]))
      const array = scope.keep(MmapArray.open(path, 'i', { flags: 'r+' }))
      const handle = array.handle()
      const child = startProcess(scope)
      fs.renameSync(path, `${path}.moved`)
      await child.run(attach, handle)
      await child.run(({ state }) => state.array.append(4))
      expect(array.refresh()).toBe(4)
      fs.writeFileSync(path, encode(i, [7, 7, 7, 7, 7]))
      await child.run(attach, handle)
      expect(await child.run(({ state }) => state.array.tolist())).toEqual([1, 2, 3, 4])
      fs.unlinkSync(`${path}.moved`)
      await child.run(attach, handle)
      expect(await child.run(({ state }) => state.array.tolist())).toEqual([1, 2, 3, 4])
      array.close()
      await expect(child.run(attach, handle)).rejects.toMatchObject({ code: 'ERR_STALE_HANDLE' })
      expect(fs.readFileSync(path)).toEqual(encode(i, [7, 7, 7, 7, 7]))
    },
  )

  test('an array outlives the process that made it, a handle does not', async () => {
    const child = startProcess(scope)
    const handle = await child.run(({ MmapArray, state }) => {
      state.array = new MmapArray('i', [1, 2, 3])
      return state.array.handle()
    })
    const array = scope.keep(MmapArray.attach(handle))
    expect(await child.kill()).toEqual({ code: null, signal: 'SIGKILL' })
    expect(array.tolist()).toEqual([1, 2, 3])
    array.append(4)
    expect(array.tolist()).toEqual([1, 2, 3, 4])
    const onward = array.handle()
    array.close()
    expectError('ERR_STALE_HANDLE', () => MmapArray.attach(handle))
    expectError('ERR_STALE_HANDLE', () => MmapArray.attach(onward))
  })

  onLinux('memory has the name that its maker gave it', test)(
    'a handle of an attached array reaches a third process when the first is gone',
    async () => {
      const first = startProcess(scope)
      const handle = await first.run(({ MmapArray, state }) => {
        state.array = new MmapArray('i', [1, 2, 3])
        return state.array.handle()
      })
      const array = scope.keep(MmapArray.attach(handle))
      await first.kill()
      const third = startProcess(scope)
      await third.run(attach, array.handle())
      expect(await third.run(({ state }) => state.array.tolist())).toEqual([1, 2, 3])
    },
  )

  test('a reader over there', async () => {
    const array = scope.keep(new MmapArray('i', [1, 2, 3]))
    const child = startProcess(scope)
    const outcome = await child.run(({ MmapArray }, handle) => {
      const reader = MmapArray.attach(handle, { flags: 'r' })
      reader.view[0] = 99
      try {
        reader.set(0, 1)
      } catch (error) {
        return [error.code, reader.get(1)]
      }
    }, array.handle())
    expect(outcome).toEqual(['ERR_READ_ONLY', 2])
    expect(array.get(0)).toBe(1)
    const readOnly = scope.keep(MmapArray.attach(array.handle(), { flags: 'r' }))
    await expect(
      child.run(({ MmapArray }, handle) => void MmapArray.attach(handle, { flags: 'r+' }), readOnly.handle()),
    ).rejects.toMatchObject({ code: 'ERR_READ_ONLY' })
  })

  test('a killed writer leaves whole elements', async () => {
    const array = scope.keep(MmapArray.open(scope.path(), 'd', { flags: 'w+' }))
    for (let round = 0; round < 3; round++) {
      const child = startProcess(scope)
      const before = array.length
      child
        .run(({ MmapArray }, handle) => {
          const array = MmapArray.attach(handle)
          for (;;) array.append(1.5)
        }, array.handle())
        .catch(() => {})
      while (array.refresh() < before + 100) await new Promise((resolve) => setImmediate(resolve))
      await child.kill()
      array.append(2.5)
      expect(fs.statSync(array.path).size).toBe(8 * array.length)
      expect(array.count(0)).toBe(0)
      expect(array.get(-1)).toBe(2.5)
    }
  })
})

const NO_HANDLE = ['ERR_INVALID_ARG_TYPE', 'ERR_STALE_HANDLE', 'ERR_INVALID_TYPECODE', 'ERR_OUT_OF_RANGE']

describe('handles of other versions', () => {
  const scope = useScope()
  const handle = () => scope.keep(new MmapArray('i', [1, 2, 3])).handle()

  test('handle gives a version, which survives JSON', () => {
    const given = handle()
    expect(given.version).toBe(1)
    expect(scope.keep(MmapArray.attach(JSON.parse(JSON.stringify(given)))).tolist()).toEqual([1, 2, 3])
  })

  test.each([2, 3, 1e6])('attach of a handle of version %s says what to install', (version) => {
    const { message } = expectError('ERR_HANDLE_VERSION', () => MmapArray.attach({ ...handle(), version }))
    expect(message).toMatch(
      new RegExp(`has version ${version}, .* reads version 1. Install the same version of mmap-array on both sides`),
    )
    // Whatever else such a handle holds.
    expectError('ERR_HANDLE_VERSION', () => MmapArray.attach({ version, where: 'elsewhere' }))
  })

  test.each([
    [undefined],
    [null],
    [true],
    ['1'],
    [1n],
    [0],
    [-1],
    [1.5],
    [NaN],
    [Infinity],
    [[1]],
    [{}],
    [Symbol('1')],
    [() => 1],
  ])('attach of a handle whose version is %s throws ERR_INVALID_ARG_TYPE', (version) => {
    const { message } = expectError('ERR_INVALID_ARG_TYPE', () => MmapArray.attach({ ...handle(), version }))
    expect(message).toContain('"handle.version"')
  })

  test('attach of a handle without a version throws ERR_INVALID_ARG_TYPE', () => {
    const { version, ...rest } = handle()
    expect(version).toBe(1)
    expectError('ERR_INVALID_ARG_TYPE', () => MmapArray.attach(rest))
  })
})

describe('forged handles', () => {
  const scope = useScope()

  test.each([
    [undefined],
    [null],
    [5],
    ['i'],
    [true],
    [[]],
    [{}],
    [{ typecode: 'i' }],
    [Symbol('s')],
    [() => {}],
    [1n],
  ])('%s is none', (handle) => {
    expectErrorOf(NO_HANDLE, () => MmapArray.attach(handle))
  })

  test('with any field bent, a handle is an error or shows the array, and nothing crashes', async () => {
    for (const [array, holder] of [
      [new MmapArray('i', [1, 2, 3]), 'anonymous'],
      [MmapArray.open(scope.file(encode(i, [1, 2, 3])), 'i', { flags: 'r+' }), 'file'],
      [MmapArray.open(scope.file(encode(i, [0, 1, 2, 3])), 'i', { flags: 'r', offset: 4 }), 'reader'],
    ]) {
      scope.keep(array)
      const body = `
        const handle = JSON.parse(process.env.HANDLE)
        const bent = [null, true, false, -1, 0, 1, 2, 3, 8, 1.5, 4096, 2 ** 31, 2 ** 32, 2 ** 53, 1e308, '', 'x', '-1', '1', '99999999999999999999',
          'i', 'd', 'w', 'r', 'r+', 'c', '/', '/etc/passwd', '/dev/zero', '/proc/self/mem', '/proc/self/fd/0', 'a\\0b', [], [1], {}, { length: 1 }]
        const outcomes = {}
        const note = (outcome) => (outcomes[outcome] = (outcomes[outcome] ?? 0) + 1)
        const attempt = (candidate) => {
          let array
          try { array = MmapArray.attach(candidate) } catch (error) { return note(error.code ?? 'no code: ' + error.stack) }
          if (array.length > 1e6) return note('enormous: ' + JSON.stringify(candidate))
          try {
            array.tobytes()
            array.at(0)
            array.at(-1)
            array.refresh()
          } catch (error) { note('later ' + error.code) }
          array.close()
          note('attached')
        }
        const bend = (object, rebuild) => {
          for (const key of Object.keys(object)) {
            for (const value of bent) attempt(rebuild({ ...object, [key]: value }))
            const { [key]: gone, ...rest } = object
            attempt(rebuild(rest))
            if (gone && typeof gone === 'object') bend(gone, (inner) => rebuild({ ...object, [key]: inner }))
          }
        }
        bend(handle, (candidate) => candidate)
        if (process.env.OWN) {
          const own = new MmapArray('i', [1, 2, 3])
          bend(own.handle(), (candidate) => candidate)
        }
        console.log(JSON.stringify(outcomes))`
      const result = await runNode(body, { env: { ...process.env, HANDLE: JSON.stringify(array.handle()), OWN: '1' } })
      expectExit(result)
      const outcomes = Object.keys(JSON.parse(result.stdout))
      expect(outcomes.length, holder).toBeGreaterThan(1)
      for (const outcome of outcomes) {
        expect(outcome, `${holder}: ${result.stdout}`).toMatch(/^(attached|later ERR_\w+|ERR_[A-Z_]+|E[A-Z]+)$/)
      }
      expect(array.refresh()).toBe(3)
      expect(array.tolist()).toEqual([1, 2, 3])
    }
  })

  test('that lead to a pipe do not wait for somebody at its other end', async () => {
    const path = scope.file(encode(i, [1, 2, 3]))
    const array = MmapArray.open(path, 'i', { flags: 'r' })
    const handle = array.handle()
    array.close()
    fs.unlinkSync(path)
    expect(spawnSync('mkfifo', [path]).status).toBe(0)
    const result = await runNode(
      `try { MmapArray.attach(JSON.parse(process.env.HANDLE)) } catch (error) { console.log(error.code) }`,
      { env: { ...process.env, HANDLE: JSON.stringify(handle) }, timeout: 10000 },
    )
    expectExit(result)
    expect(result.stdout).toBe('ERR_STALE_HANDLE\n')
  })

  test('with accessors instead of values', () => {
    const array = scope.keep(new MmapArray('i', [1, 2, 3]))
    const handle = array.handle()
    for (const key of Object.keys(handle)) {
      const trap = Object.defineProperty({ ...handle }, key, {
        get() {
          array.close()
          throw new Error('mine')
        },
      })
      try {
        MmapArray.attach(trap).close()
      } catch (error) {
        expect(error).toBeInstanceOf(Error)
      }
    }
  })
})
