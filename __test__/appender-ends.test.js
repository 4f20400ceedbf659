// However a process or a worker ends by itself, its appenders append what they hold. Each end in a child of its own. Elements of
// several processes with appenders arrive whole, once, and in the order of each.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { AppendLog } from './support/append-log.js'
import { ENDS } from './support/ends.js'
import { readNpy } from './support/npy.js'
import { INDEX, expectExit, runNode, script } from './support/processes.js'
import { useScope } from './support/scope.js'
import { runUntilKilled } from './support/writers.js'
import { startProcess, startThread } from './support/workers.js'

const numbersIn = (bytes) => [...new Float64Array(new Uint8Array(bytes).buffer)]
const counting = (numbers) => numbers.every((number, n) => number === n)
const upTo = (count) => Array.from({ length: count }, (_, n) => n)

const HELD = 25

/** An appender with elements that are not in the file; global so that nothing collects it. */
const OPEN = `
  const [path] = process.argv.slice(1)
  const array = (globalThis.kept = MmapArray.open(path, 'd', { flags: 'a+' }))
  const appender = (globalThis.held = array.appender({ interval: 0 }))
  for (let n = 0; n < ${HELD}; n++) appender.append(n)
  if (fs.statSync(path).size > 128) throw new Error('the elements are in the file: the test would show nothing')
`

describe('an appender at the end of a process', () => {
  const scope = useScope()
  const ends = [
    ...ENDS,
    ['while nobody holds the array', 'globalThis.kept = globalThis.held = undefined', 0],
    ['while a flush is under way', 'array.flushAsync()', 0],
    [
      'by an exit in the handler of a signal',
      `process.on('SIGTERM', () => process.exit(7))
       setInterval(() => {}, 1000)
       process.kill(process.pid, 'SIGTERM')`,
      7,
    ],
  ]

  test.each(ends)('%s appends its elements', async (_, end, code) => {
    const path = scope.path()
    expectExit(await runNode(OPEN + end, { args: [path] }), code)
    expect(numbersIn(fs.readFileSync(path))).toEqual(upTo(HELD))
  })

  test.each(['', 'process.exit()'])('takes elements in a handler of exit: %s', async (end) => {
    const path = scope.path()
    expectExit(await runNode(`${OPEN}process.on('exit', () => appender.append(${HELD}))\n${end}`, { args: [path] }))
    expect(numbersIn(fs.readFileSync(path))).toEqual(upTo(HELD + 1))
  })

  test.each(['', 'process.exit()', 'throw new Error("mine")'])(
    'that was closed appends nothing more: %s',
    async (end) => {
      const path = scope.path()
      const body = `${OPEN}
      appender.close()
      array.append(${HELD})
      ${end}`
      await runNode(body, { args: [path] })
      expect(numbersIn(fs.readFileSync(path))).toEqual(upTo(HELD + 1))
    },
  )

  test.each(['', 'process.exit()'])('whose batch was flushed appends the rest only: %s', async (end) => {
    const path = scope.path()
    const body = `${OPEN}
      appender.flushSync()
      appender.append(${HELD})
      ${end}`
    expectExit(await runNode(body, { args: [path] }))
    expect(numbersIn(fs.readFileSync(path))).toEqual(upTo(HELD + 1))
  })

  describe.each(['', 'process.exit()'])('of each kind of array: %s', (end) => {
    const held = `
      const appender = (globalThis.held = array.appender({ interval: 0, sync: true }))
      for (let n = 2; n < ${HELD}; n++) appender.append(n)
      ${end}`

    test('a .npy file counts them', async () => {
      const path = scope.path('a.npy')
      const body = `const array = (globalThis.kept = MmapArray.open(process.argv[1], 'd', { flags: 'w+' }))
        array.extend([0, 1])
        ${held}`
      expectExit(await runNode(body, { args: [path] }))
      expect(numbersIn(readNpy(path, 8).data)).toEqual(upTo(HELD))
      expect(MmapArray.open(path).tolist()).toEqual(upTo(HELD))
    })

    test.each(['raw', 'npy'])(
      'a reserved %s file has them behind its elements, and nothing behind them',
      async (format) => {
        const path = scope.path()
        const options = { flags: 'w+', format }
        const body = `const options = ${JSON.stringify({ ...options, capacity: 1000 })}
        const array = (globalThis.kept = MmapArray.open(process.argv[1], 'd', options))
        array.extend([0, 1])
        ${held}`
        expectExit(await runNode(body, { args: [path] }))
        expect(MmapArray.open(path, 'd', { format }).tolist()).toEqual(upTo(HELD))
        if (format === 'raw') expect(fs.statSync(path).size).toBe(8 * HELD)
      },
    )

    test('a file behind a header has them at its end', async () => {
      const path = scope.file(Buffer.from('12345678'))
      const body = `const array = (globalThis.kept = MmapArray.open(process.argv[1], 'd', { flags: 'r+', offset: 8 }))
        array.extend([0, 1])
        ${held}`
      expectExit(await runNode(body, { args: [path] }))
      const bytes = fs.readFileSync(path)
      expect([bytes.subarray(0, 8).toString(), numbersIn(bytes.subarray(8))]).toEqual(['12345678', upTo(HELD)])
    })

    test('memory of another process gets them', async () => {
      const array = scope.keep(new MmapArray('d', [0, 1]))
      const body = `const array = (globalThis.kept = MmapArray.attach(${JSON.stringify(array.handle())}))
        ${held}`
      expectExit(await runNode(body))
      array.refresh()
      expect(array.tolist()).toEqual(upTo(HELD))
    })

    test('records behind a part that a killed writer left begin where the part began', async () => {
      const path = scope.path()
      const body = `const type = { n: 'i', rest: ['B', 16] }
        const array = (globalThis.kept = MmapArray.open(process.argv[1], type, { flags: 'w+' }))
        const appender = (globalThis.held = array.appender({ interval: 0 }))
        for (let n = 0; n < ${HELD}; n++) appender.append({ n, rest: Array(16).fill(n) })
        fs.appendFileSync(process.argv[1], 'a part')
        ${end}`
      expectExit(await runNode(body, { args: [path] }))
      const bytes = fs.readFileSync(path)
      expect(bytes.length).toBe(20 * HELD)
      for (const n of upTo(HELD)) expect([bytes.readInt32LE(20 * n), bytes[20 * n + 19]]).toEqual([n, n])
    })
  })

  test('with many others appends the elements of all', async () => {
    const body = `globalThis.appenders = Array.from({ length: 100 }, (_, n) => {
        const array = MmapArray.open(process.argv[1] + '/' + n, 'd', { flags: 'w+' })
        const appender = array.appender({ interval: 0 })
        for (let k = 0; k < n; k++) appender.append(k)
        return appender
      })
      process.exit(0)`
    expectExit(await runNode(body, { args: [scope.directory] }))
    for (const n of upTo(100)) expect(numbersIn(fs.readFileSync(scope.path(String(n))))).toEqual(upTo(n))
  })

  test('that is killed loses at most the batch, and leaves whole elements in order', async () => {
    const body = `const array = MmapArray.open(path, 'Q', { flags: 'w+' })
      const appender = array.appender({ capacity: 1000, interval: 0 })
      started()
      for (let n = 1; ; n++) { appender.append(element(n)); if (n % 1000 === 0) acknowledge(n) }`
    for (const signal of ['SIGKILL', 'SIGTERM', 'SIGABRT', 'SIGKILL']) {
      const path = scope.path()
      const left = await runUntilKilled(scope, body, { delay: 30 * Math.random(), signal, path })
      expect(left.signal).toBe(signal)
      expect(left.size % 8).toBe(0)
      expect(left.numbers.every((number, at) => number === at + 1)).toBe(true)
      expect(left.numbers.length).toBeGreaterThanOrEqual(left.acknowledged)
    }
  })
})

describe('an appender at the end of a worker', () => {
  const scope = useScope()
  const hold = ({ MmapArray, state }, path) => {
    state.array = MmapArray.open(path, 'd', { flags: 'a+' })
    state.appender = state.array.appender({ interval: 0 })
    for (let n = 0; n < 25; n++) state.appender.append(n)
  }

  test.each(['end', 'terminate'])('by %s() appends its elements', async (end) => {
    const path = scope.path()
    const thread = startThread(scope)
    await thread.run(hold, path)
    expect(fs.statSync(path).size).toBeLessThanOrEqual(128)
    await thread[end]()
    expect(numbersIn(fs.readFileSync(path))).toEqual(upTo(HELD))
  })

  test('to an array of the process, which goes on', async () => {
    const array = scope.keep(new MmapArray('d'))
    const thread = startThread(scope)
    await thread.run(({ MmapArray, state }, handle) => {
      state.appender = MmapArray.attach(handle).appender({ interval: 0 })
      for (let n = 0; n < 25; n++) state.appender.append(n)
    }, array.handle())
    expect(array.refresh()).toBeLessThanOrEqual(16)
    await thread.terminate()
    array.refresh()
    expect(array.tolist()).toEqual(upTo(HELD))
  })

  const loops = [
    ['append', {}, 'appender.append(n++)'],
    ['append with a small batch', { capacity: 3 }, 'appender.append(n++)'],
    ['extend', {}, 'appender.extend(Float64Array.from({ length: 5000 }, () => n++))'],
    ['append and flush', {}, 'appender.append(n++); appender.append(n++); appender.flushSync()'],
    ['append to a new appender', {}, 'const one = array.appender(); one.append(n++); one.close()'],
  ]

  test.each(loops)('by terminate() in the middle of %s appends each element once', async (_, options, step) => {
    for (let round = 0; round < 5; round++) {
      const path = scope.path()
      const thread = startThread(scope)
      const count = new Int32Array(new SharedArrayBuffer(4))
      let failure
      thread
        .run(
          ({ MmapArray }, { path, count, options, step }) => {
            const array = (globalThis.array = MmapArray.open(path, 'd', { flags: 'w+' }))
            const appender = (globalThis.appender = array.appender(options))
            const run = new Function(
              'array',
              'appender',
              'count',
              `let n = 0; for (;;) { ${step}; Atomics.store(count, 0, n) }`,
            )
            run(array, appender, count)
          },
          { path, count, options, step },
        )
        .catch((error) => (failure = error))
      while (Atomics.load(count, 0) < 500 * round + 1) {
        await new Promise((resolve) => setImmediate(resolve))
        if (failure) throw failure
      }
      await thread.terminate()
      const numbers = numbersIn(fs.readFileSync(path))
      expect(counting(numbers), `${numbers.length} elements`).toBe(true)
      // The worker may have been ended between the return of a call and the store of the number.
      expect(numbers.length).toBeGreaterThanOrEqual(Atomics.load(count, 0))
    }
  })

  test.each([
    ['process.exit(3)', { code: 3 }],
    ["throw new Error('mine')", { code: 1, error: 'mine' }],
  ])('by %s appends its elements, and the process goes on', async (end, outcome) => {
    const path = scope.path()
    const body = `import { Worker } from 'node:worker_threads'
      const path = ${JSON.stringify(path)}
      const worker = new Worker(\`
        import(${JSON.stringify(INDEX)}).then(({ MmapArray }) => {
          globalThis.appender = MmapArray.open(\${JSON.stringify(path)}, 'd', { flags: 'a+' }).appender({ interval: 0 })
          for (let n = 0; n < ${HELD}; n++) globalThis.appender.append(n)
          setImmediate(() => { ${end} })
        })\`, { eval: true })
      let error
      worker.on('error', (caught) => (error = caught.message))
      worker.on('exit', (code) => console.log(JSON.stringify({ code, error, size: fs.statSync(path).size })))`
    const result = await runNode(body)
    expectExit(result)
    expect(JSON.parse(result.stdout)).toEqual({ ...outcome, size: 8 * HELD })
  })

  test('and of the process with it, in the middle of append, loses no element that was appended', async () => {
    const body = `import { Worker } from 'node:worker_threads'
      const [directory] = process.argv.slice(1)
      const counts = new Int32Array(new SharedArrayBuffer(16))
      const source = (n) => \`
        import(${JSON.stringify(INDEX)}).then(async ({ MmapArray }) => {
          const { workerData: counts, parentPort } = await import('node:worker_threads')
          const array = MmapArray.open('\${directory}/\${n}', 'd', { flags: 'w+' })
          globalThis.appender = array.appender({ interval: 0, capacity: \${n % 2 ? 7 : 5000} })
          let number = 0
          parentPort.postMessage('ready')
          for (;;) { globalThis.appender.append(number++); counts[\${n}] = number }
        })\`
      let ready = 0
      process.on('exit', () => fs.writeFileSync(directory + '/counts', counts))
      for (let n = 0; n < 4; n++) {
        new Worker(source(n), { eval: true, workerData: counts }).on('message', () => {
          if (++ready === 4) setTimeout(() => process.exit(9), 5)
        })
      }`
    expectExit(await runNode(body, { args: [scope.directory] }), 9)
    const counts = new Int32Array(new Uint8Array(fs.readFileSync(scope.path('counts'))).buffer)
    for (let n = 0; n < 4; n++) {
      const bytes = fs.readFileSync(scope.path(String(n)))
      expect(bytes.length % 8).toBe(0)
      const numbers = numbersIn(bytes)
      expect(counting(numbers), `worker ${n}`).toBe(true)
      expect(numbers.length).toBeGreaterThanOrEqual(counts[n])
    }
  })
})

describe('appenders of four processes', () => {
  const scope = useScope()
  const EACH = 30_000

  test('and a reader: each element whole, once, and in the order of its writer', async () => {
    const array = scope.keep(MmapArray.open(scope.path(), 'q', { flags: 'w+' }))
    const writers = upTo(4).map((number) => {
      const source = script(
        `const array = MmapArray.open(${JSON.stringify(array.path)}, 'q', { flags: 'a+' })
         const appender = array.appender({ capacity: ${[1, 10, 1000, 100_000][number]}, interval: 1 })
         const base = BigInt(${number} + 1) << 32n
         for (let i = 1; i <= ${EACH}; ) {
           if (i % 5000 === 0) await appender.flush()
           if (i % 7 === 0 && i + 2 <= ${EACH}) {
             appender.extend([base + BigInt(i), base + BigInt(i + 1), base + BigInt(i + 2)])
             i += 3
           } else {
             appender.append(base + BigInt(i++))
           }
         }
         ${['', 'process.exit()', 'appender.close()', 'throw new Error("mine")'][number]}`,
      )
      const stdio = ['ignore', 'ignore', 'ignore']
      const child = spawn(process.execPath, ['--input-type=module', '-e', source], { stdio })
      scope.atEnd(() => child.kill('SIGKILL'))
      return once(child, 'exit')
    })
    const log = new AppendLog(array)
    const ends = Promise.all(writers)
    const turn = () => new Promise((resolve) => setImmediate(resolve, false))
    while (!(await Promise.race([ends, turn()]))) log.check()
    expect(await ends).toEqual([
      [0, null],
      [0, null],
      [0, null],
      [1, null],
    ])
    log.check()
    expect(upTo(4).map((writer) => log.countOf(writer))).toEqual(Array(4).fill(EACH))
  })

  test('with records that lie across pages: each whole, once, and in the order of its writer', async () => {
    const type = { writer: 'i', n: 'i', rest: ['i', 3] }
    const array = scope.keep(MmapArray.open(scope.path(), type, { flags: 'w+' }))
    const writers = upTo(4).map(() => startProcess(scope))
    await Promise.all(
      writers.map((writer, number) =>
        writer.run(
          async ({ MmapArray, state }, { path, type, number }) => {
            state.appender = MmapArray.open(path, type, { flags: 'a+' }).appender({ capacity: 300 + number })
            for (let n = 0; n < 5000; n++) state.appender.append({ writer: number, n, rest: [n, -n, number] })
          },
          { path: array.path, type, number },
        ),
      ),
    )
    // Most have a part of a batch, which they append at their end.
    for (const writer of writers) expect(await writer.end()).toEqual({ code: 0, signal: null })
    array.refresh()
    const counts = [0, 0, 0, 0]
    for (const { writer, n, rest } of array) {
      expect([n, ...rest]).toEqual([counts[writer], n, -n || 0, writer])
      counts[writer]++
    }
    expect(counts).toEqual(Array(4).fill(5000))
  })
})
