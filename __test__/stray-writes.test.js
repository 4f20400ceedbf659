// Stores into the memory of a read-only or copy-on-write array, by every way JavaScript and Node have: they reach neither
// the file nor anybody else, and do not end the process. In a child, whose exit code and signal are looked at.
import fs from 'node:fs'
import { describe, expect, test } from 'vitest'
import { hasSharedBuffers } from '../native.js'
import { expectExit, runNode } from './support/processes.js'
import { useScope } from './support/scope.js'

const scope = useScope()
const LENGTH = 10_000

/** Ways to store 99s; `memory` is an Int32Array on the array's memory. */
const STORES = {
  'an assignment': 'memory[4] = 99',
  'a hot loop': 'for (let round = 0; round < 50; round++) for (let i = 0; i < memory.length; i++) memory[i] = 99',
  fill: 'memory.fill(99)',
  set: 'memory.set(new Int32Array(memory.length).fill(99))',
  copyWithin: 'memory[0] = 99; memory.copyWithin(1, 0)',
  sort: 'memory[4] = 99; memory.sort((a, b) => b - a)',
  reverse: 'memory[4] = 99; memory.reverse()',
  DataView: 'new DataView(memory.buffer).setInt32(16, 99, true)',
  'a Buffer': 'Buffer.from(memory.buffer).fill(99)',
  'Atomics.store': 'Atomics.store(memory, 4, 99)',
  'Atomics.add': 'for (let i = 0; i < memory.length; i++) Atomics.add(memory, i, 98)',
  'Atomics.compareExchange': 'Atomics.compareExchange(memory, 4, 1, 99)',
  'Atomics.notify': 'memory[4] = 99; Atomics.notify(memory, 4)',
  // The system's own stores: from a file into the memory.
  'fs.readSync': "fs.readSync(fs.openSync('/dev/urandom', 'r'), memory)",
  'fs.read': "await new Promise((done) => fs.read(fs.openSync('/dev/urandom', 'r'), memory, 0, 100, 0, done))",
  'crypto.randomFill': "await import('node:crypto').then((crypto) => crypto.randomFillSync(memory))",
}
const MEMORIES = {
  view: 'array.view',
  buffer: 'new Int32Array(array.buffer)',
  subarray: 'array.subarray(0)',
  sharedView: 'array.sharedView',
  sharedBuffer: 'new Int32Array(array.sharedBuffer)',
}

describe.each(['r', 'c'])('an array opened with %s', (flags) => {
  test.each(Object.entries(MEMORIES))('stores through %s', async (name, memory) => {
    // A copy-on-write array has no shared memory there.
    if (flags === 'c' && name.startsWith('shared') && !hasSharedBuffers()) return
    const bytes = Buffer.from(new Int32Array(LENGTH).fill(1).buffer)
    // Nobody may write this file, so nothing of ours could have.
    const path = scope.file(bytes)
    fs.chmodSync(path, 0o444)
    const body = `
      const path = process.argv[1]
      const other = MmapArray.open(path, 'i')
      if (other.get(4) !== 1) throw new Error('not the file')
      for (const [name, store] of Object.entries(${JSON.stringify(STORES)})) {
        const array = MmapArray.open(path, 'i', { flags: '${flags}' })
        const memory = ${memory}
        const AsyncFunction = (async () => {}).constructor
        await new AsyncFunction('memory', 'fs', store)(memory, fs)
        if (memory.every((value) => value === 1)) throw new Error('nothing was stored by ' + name)
        if (other.count(1) !== ${LENGTH}) throw new Error('another array saw ' + name)
        if (!fs.readFileSync(path).equals(Buffer.from(new Int32Array(${LENGTH}).fill(1).buffer))) throw new Error(name + ' is in the file')
        array.close()
      }
      console.log('end')`
    const result = await runNode(body, { args: [path] })
    expectExit(result)
    expect(result.stdout).toBe('end\n')
    expect(fs.readFileSync(path).equals(bytes)).toBe(true)
  })

  test('stores from another thread, through memory that was posted to it', async () => {
    if (flags === 'c' && !hasSharedBuffers()) return
    const path = scope.file(Buffer.from(new Int32Array(LENGTH).fill(1).buffer))
    const result = await runNode(
      `import { Worker } from 'node:worker_threads'
       import { once } from 'node:events'
       const array = MmapArray.open(process.argv[1], 'i', { flags: '${flags}' })
       const worker = new Worker("require('node:worker_threads').workerData.fill(99)", { eval: true, execArgv: [], workerData: array.sharedView })
       await once(worker, 'exit')
       console.log(array.sharedView[5])`,
      { args: [path] },
    )
    expectExit(result)
    expect(result.stdout).toBe('99\n')
    expect(new Set(fs.readFileSync(path))).toEqual(new Set([1, 0]))
  })
})
