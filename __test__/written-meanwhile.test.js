// What broke: `view.sort()` and the decoding of a `view` end the process by SIGSEGV, or never end, while another process stores
// into the elements. That is the engine's; what the documentation names in their place holds. In a child, by rounds.
import { describe, expect, test } from 'vitest'
import { INDEX, expectExit, runNode } from './support/processes.js'

/** `round` is done again and again while a process stores random bytes into `array`; `check` once it has stopped. */
async function whileAnotherWrites(typecode, length, rounds, round, check = '') {
  const writer = `
    import crypto from 'node:crypto'
    import { MmapArray } from ${JSON.stringify(INDEX)}
    const array = MmapArray.attach(JSON.parse(process.argv[1]))
    process.on('disconnect', () => process.exit())
    const write = () => {
      for (let n = 0; n < 20; n++) crypto.randomFillSync(array.view)
      setImmediate(write)
    }
    write()
    process.send('writes')`
  const result = await runNode(
    `import { spawn } from 'node:child_process'
     import { once } from 'node:events'
     const array = new MmapArray('${typecode}')
     array.frombytes(new Uint8Array(${length} * array.itemsize))
     const args = ['--input-type=module', '-e', ${JSON.stringify(writer)}, JSON.stringify(array.handle())]
     const writer = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
     await once(writer, 'message')
     const round = () => { ${round} }
     for (let n = 0; n < ${rounds}; n++) round()
     if (writer.exitCode !== null) throw new Error('the writer ended by itself')
     writer.disconnect()
     await once(writer, 'exit')
     ${check}
     console.log('end')`,
    { timeout: 90_000 },
  )
  expectExit(result)
  expect(result.stdout).toBe('end\n')
}

const isSorted = (values) => `
  round()
  const values = ${values}
  if (values.some((value, at) => at > 0 && value < values[at - 1])) throw new Error('not sorted')`

describe.each(['B', 'i', 'q'])('while another process writes, typecode %s', (typecode) => {
  test('sort ends, and sorts once the other has stopped', () =>
    whileAnotherWrites(typecode, 2000, 3000, 'array.sort()', isSorted('array.slice()')))

  test('sort of many elements ends, and sorts once the other has stopped', () =>
    whileAnotherWrites(typecode, 200_000, 20, 'array.sort()', isSorted('array.slice()')))

  test('sort of sharedView ends, and sorts once the other has stopped', () =>
    whileAnotherWrites(typecode, 2000, 2000, 'array.sharedView.sort()', isSorted('array.sharedView')))
})

test('sort of doubles ends while another process writes', () => whileAnotherWrites('d', 2000, 3000, 'array.sort()'))

test('tobytes and slice are decoded while another process writes', () =>
  whileAnotherWrites(
    'B',
    100_000,
    300,
    'new TextDecoder().decode(array.tobytes()); array.tobytes().toString(); new TextDecoder().decode(array.slice())',
  ))
