// However a process or a worker ends by itself, a reserved file is cut back to its length. Each end in a child of its own.
import fs from 'node:fs'
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { ENDS } from './support/ends.js'
import { INDEX, expectExit, run, runNode } from './support/processes.js'
import { startProcess, startThread } from './support/workers.js'
import { useScope } from './support/scope.js'
import { encode, typecode } from './support/typecodes.js'

const d = typecode('d')

/** Opens a file that is to be cut; the array is global so that nothing collects it. */
const OPEN = `
  const path = process.argv[1]
  const array = (globalThis.kept = MmapArray.open(path, 'd', { flags: 'a+', capacity: 100000 }))
  for (let n = 0; n < 5; n++) array.append(n + 0.5)
  if (fs.statSync(path).size < 100000 * 8) throw new Error('the file is not reserved: the test would show nothing')
`
const WRITTEN = [0.5, 1.5, 2.5, 3.5, 4.5]

describe('a process ends', () => {
  const scope = useScope()
  const ends = [
    ...ENDS,
    ['while a view is held', 'globalThis.view = array.view', 0],
    ['while an attached array is held', 'globalThis.twin = MmapArray.open(path, "d", { flags: "r+" })', 0],
    ['while a flush is under way', 'array.flushAsync()', 0],
  ]

  test.each(ends)('%s', async (_, end, code) => {
    const path = scope.path()
    expectExit(await runNode(OPEN + end, { args: [path] }), code)
    expect(fs.readFileSync(path)).toEqual(encode(d, WRITTEN))
  })

  test('and appends in its exit handler are kept', async () => {
    const path = scope.path()
    expectExit(await runNode(`${OPEN}process.on('exit', () => array.append(5.5))`, { args: [path] }))
    expect(fs.readFileSync(path)).toEqual(encode(d, [...WRITTEN, 5.5]))
  })

  test('with many reserved files', async () => {
    const body = `const [directory] = process.argv.slice(1)
      globalThis.arrays = Array.from({ length: 100 }, (_, n) => {
        const array = MmapArray.open(directory + '/' + n, 'i', { flags: 'w+', capacity: 10000 })
        for (let k = 0; k < n; k++) array.append(k)
        return array
      })
      process.exit(0)`
    expectExit(await runNode(body, { args: [scope.directory] }))
    for (let n = 0; n < 100; n++) expect(fs.statSync(scope.path(String(n))).size).toBe(4 * n)
  })

  test('behind a header, and when what it reserved was trimmed before', async () => {
    const path = scope.file(Buffer.from('12345678'))
    const body = `const array = (globalThis.kept = MmapArray.open(process.argv[1], 'd', { flags: 'r+', offset: 8 }))
      array.append(1.5)
      array.reserve(10000)
      array.append(2.5)
      array.trim()
      array.append(3.5)
      array.reserve(10000)
      process.exit(0)`
    expectExit(await runNode(body, { args: [path] }))
    expect(fs.readFileSync(path)).toEqual(Buffer.concat([Buffer.from('12345678'), encode(d, [1.5, 2.5, 3.5])]))
  })

  test('and an array that was closed before does not cut what another made longer', async () => {
    const path = scope.path()
    const body = `${OPEN}
      array.close()
      fs.appendFileSync(path, Buffer.alloc(80))
      process.exit(0)`
    expectExit(await runNode(body, { args: [path] }))
    expect(fs.statSync(path).size).toBe(40 + 80)
  })

  test('an exact array cuts nothing', async () => {
    const path = scope.file(encode(d, WRITTEN))
    const body = `globalThis.kept = MmapArray.open(process.argv[1], 'd', { flags: 'r+' })
      fs.appendFileSync(process.argv[1], Buffer.alloc(80))
      process.exit(0)`
    expectExit(await runNode(body, { args: [path] }))
    expect(fs.statSync(path).size).toBe(40 + 80)
  })

  test('killed in the middle, it leaves the elements and zeros behind them', async () => {
    const path = scope.path()
    const child = startProcess(scope)
    await child.run(({ MmapArray, state }, path) => {
      state.array = MmapArray.open(path, 'd', { flags: 'a+', capacity: 100000 })
      for (let n = 0; n < 5; n++) state.array.append(n + 0.5)
    }, path)
    expect(await child.kill()).toEqual({ code: null, signal: 'SIGKILL' })
    const bytes = fs.readFileSync(path)
    expect(bytes.subarray(0, 40)).toEqual(encode(d, WRITTEN))
    expect(bytes.subarray(40).every((byte) => byte === 0)).toBe(true)
  })

  test('a signal that is handled by an exit is an exit', async () => {
    const path = scope.path()
    const body = `${OPEN}
      process.on('SIGTERM', () => process.exit(7))
      setInterval(() => {}, 1000)
      process.kill(process.pid, 'SIGTERM')`
    expectExit(await runNode(body, { args: [path] }), 7)
    expect(fs.readFileSync(path)).toEqual(encode(d, WRITTEN))
  })

  test('the child of a fork that ends leaves this one whole', async () => {
    const array = scope.keep(MmapArray.open(scope.path(), 'd', { flags: 'w+', capacity: 1000 }))
    array.append(1)
    const child = startProcess(scope)
    const handle = array.handle()
    await child.run(({ MmapArray, state }, handle) => void (state.array = MmapArray.attach(handle)), handle)
    expect(await child.end()).toEqual({ code: 0, signal: null })
    array.append(2)
    expect(array.tolist()).toEqual([1, 2])
  })
})

describe('a worker ends', () => {
  const scope = useScope()
  const open = ({ MmapArray, state }, path) => {
    state.array = MmapArray.open(path, 'd', { flags: 'a+', capacity: 100000 })
    for (let n = 0; n < 5; n++) state.array.append(n + 0.5)
  }
  const reserved = (path) => fs.statSync(path).size >= 800000

  test('by itself', async () => {
    const path = scope.path()
    const thread = startThread(scope)
    await thread.run(open, path)
    expect(reserved(path)).toBe(true)
    expect(await thread.end()).toBe(0)
    expect(fs.readFileSync(path)).toEqual(encode(d, WRITTEN))
  })

  test('by terminate()', async () => {
    const path = scope.path()
    const thread = startThread(scope)
    await thread.run(open, path)
    expect(reserved(path)).toBe(true)
    await thread.terminate()
    expect(fs.readFileSync(path)).toEqual(encode(d, WRITTEN))
  })

  // One call after the other, without end: [name, what it repeats, whether a file's elements are as they should be].
  const counting = (numbers) => numbers.every((number, n) => number === n + 1)
  const loops = [
    ['append', {}, 'array.append(++n)', counting],
    ['append, reserved', { capacity: 100 }, 'array.append(++n)', counting],
    ['extend', {}, 'array.extend(Float64Array.from({ length: 5000 }, () => ++n))', counting],
    ['extend, reserved', { capacity: 100 }, 'array.extend(Float64Array.from({ length: 5000 }, () => ++n))', counting],
    ['insert', {}, 'array.insert(0, ++n)', (numbers) => counting(numbers.toReversed())],
    ['insert, reserved', { capacity: 100 }, 'array.insert(0, ++n)', (numbers) => counting(numbers.toReversed())],
    [
      'reserve and trim',
      {},
      'array.reserve(2 * n + 1000); array.append(++n); array.append(++n); array.trim()',
      counting,
    ],
    ['append and pop', { capacity: 100 }, 'array.append(++n); array.append(++n); array.pop(); n--', counting],
  ]

  test.each(loops)('by terminate() in the middle of %s', async (_, options, step, isRight) => {
    for (let round = 0; round < 3; round++) {
      const path = scope.path()
      const thread = startThread(scope)
      const count = new Int32Array(new SharedArrayBuffer(4))
      let failure
      thread
        .run(
          ({ MmapArray }, { path, count, options, step }) => {
            const array = (globalThis.array = MmapArray.open(path, 'd', { flags: 'w+', ...options }))
            const run = new Function('array', 'count', `for (let n = 0; ; Atomics.add(count, 0, 1)) { ${step} }`)
            run(array, count)
          },
          { path, count, options, step },
        )
        .catch((error) => (failure = error))
      while (Atomics.load(count, 0) < 20 * round + 1) {
        await new Promise((resolve) => setImmediate(resolve))
        if (failure) throw failure
      }
      await thread.terminate()
      const bytes = fs.readFileSync(path)
      expect(bytes.length % 8).toBe(0)
      const numbers = [...new Float64Array(new Uint8Array(bytes).buffer)]
      expect(numbers.length).toBeGreaterThan(0)
      expect(isRight(numbers), `${numbers.length} elements`).toBe(true)
    }
  })

  test('and the process with it, in the middle of appending', async () => {
    const body = `import { Worker } from 'node:worker_threads'
      const [directory] = process.argv.slice(1)
      const source = (n) => \`
        Promise.all([import(${JSON.stringify(INDEX)}), import('node:worker_threads')]).then(([{ MmapArray }, { parentPort }]) => {
          globalThis.array = MmapArray.open('\${directory}/\${n}', 'd', { flags: 'w+', capacity: \${n % 2 ? 100 : 0} })
          let number = 0
          parentPort.postMessage('ready')
          for (;;) array.append(++number)
        })\`
      let ready = 0
      for (let n = 0; n < 4; n++) {
        new Worker(source(n), { eval: true }).on('message', () => { if (++ready === 4) process.exit(9) })
      }`
    expectExit(await runNode(body, { args: [scope.directory] }), 9)
    for (let n = 0; n < 4; n++) {
      const bytes = fs.readFileSync(scope.path(String(n)))
      expect(bytes.length % 8).toBe(0)
      expect(counting([...new Float64Array(new Uint8Array(bytes).buffer)]), `worker ${n}`).toBe(true)
    }
  })

  test('by an error or process.exit, the process going on', async () => {
    for (const end of ['process.exit(3)', 'throw new Error("mine")']) {
      const path = scope.path()
      const body = `import { Worker } from 'node:worker_threads'
        const worker = new Worker(\`
          import(${JSON.stringify(INDEX)}).then(({ MmapArray }) => {
            globalThis.array = MmapArray.open(${JSON.stringify(path)}, 'd', { flags: 'a+', capacity: 100000 })
            for (let n = 0; n < 5; n++) array.append(n + 0.5)
            setImmediate(() => { ${end.replaceAll('"', "'")} })
          })\`, { eval: true })
        let error
        worker.on('error', (caught) => (error = caught.message))
        worker.on('exit', (code) => {
          console.log(JSON.stringify({ code, error, size: fs.statSync(${JSON.stringify(path)}).size }))
          new MmapArray('i', [1]).append(2)
        })`
      const result = await runNode(body)
      expectExit(result)
      const outcome = end.startsWith('throw') ? { code: 1, error: 'mine' } : { code: 3 }
      expect(JSON.parse(result.stdout)).toEqual({ ...outcome, size: 40 })
    }
  })

  test('and the process with it: process.exit while workers hold reserved files', async () => {
    const body = `import { Worker } from 'node:worker_threads'
      const [directory] = process.argv.slice(1)
      const source = (n) => \`
        import(${JSON.stringify(INDEX)}).then(({ MmapArray }) => {
          globalThis.array = MmapArray.open('\${directory}/\${n}', 'd', { flags: 'a+', capacity: 100000 })
          for (let k = 0; k < 5; k++) array.append(k + 0.5)
          setInterval(() => {}, 1000)
          return import('node:worker_threads')
        }).then(({ parentPort }) => parentPort.postMessage('ready'))\`
      let ready = 0
      for (let n = 0; n < 3; n++) {
        new Worker(source(n), { eval: true }).on('message', () => { if (++ready === 3) process.exit(9) })
      }`
    expectExit(await runNode(body, { args: [scope.directory] }), 9)
    for (let n = 0; n < 3; n++) expect(fs.readFileSync(scope.path(String(n)))).toEqual(encode(d, WRITTEN))
  })

  test('the worker that loaded the addon first may end first', async () => {
    const body = `import { Worker } from 'node:worker_threads'
      const start = () => new Promise((resolve) => {
        new Worker(\`import(${JSON.stringify(INDEX)}).then(({ MmapArray }) => new MmapArray('i', [1, 2]).append(3))\`, { eval: true }).on('exit', resolve)
      })
      const codes = []
      for (let n = 0; n < 5; n++) codes.push(await start())
      codes.push(...(await Promise.all([start(), start(), start(), start()])))
      console.log(codes.join())`
    const result = await runNode(body)
    expectExit(result)
    expect(result.stdout).toBe('0,0,0,0,0,0,0,0,0\n')
  })

  test('the worker loads it, the process never does', async () => {
    const source = `const { Worker } = require('node:worker_threads')
      const worker = new Worker(\`import(${JSON.stringify(INDEX)}).then(({ MmapArray }) => { globalThis.a = new MmapArray('i', [1]) })\`, { eval: true })
      worker.on('exit', (code) => { console.log(code); setTimeout(() => process.exit(0), 10) })`
    const result = await run(process.execPath, ['-e', source])
    expectExit(result)
    expect(result.stdout).toBe('0\n')
  })
})
