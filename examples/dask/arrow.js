// node examples/dask/arrow.js: Arrow in JavaScript and in Python use the elements of an array without a copy.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { makeVector } from 'apache-arrow'
import { MmapArray } from '../../index.js'

const PROGRAM = fileURLToPath(new URL('with_arrow.py', import.meta.url))

const directory = mkdtempSync(join(tmpdir(), 'mmap-array-arrow-'))
process.once('exit', () => rmSync(directory, { recursive: true, force: true }))

const array = MmapArray.open(join(directory, 'numbers.npy'), 'I', { flags: 'w+' })
array.extend(Uint32Array.from({ length: 25_000 }, (_, i) => i))

const vector = makeVector(array.view)
assert.equal(vector.data[0].values.buffer, array.buffer)
array[0] = 7
assert.equal(vector.get(0), 7)
console.log(`apache-arrow: a vector of ${vector.length} rows in the same buffer; it shows a store through the array`)

// The program answers when it has mapped the file, and again for each line that it reads.
const python = spawn(process.env.PYTHON ?? 'python3', [PROGRAM, array.path], { stdio: ['pipe', 'pipe', 'inherit'] })
const lines = createInterface({ input: python.stdout })[Symbol.asyncIterator]()
await pythonSees(7)
array[0] = 8
python.stdin.write('\n')
await pythonSees(8)
python.stdin.end()
console.log('pyarrow: its buffer is at the address of the mapped file, and it shows a store by Node')

async function pythonSees(first) {
  const { value, done } = await lines.next()
  if (done) throw new Error('with_arrow.py ended early. Is pyarrow installed? See README.md.')
  assert.deepEqual(JSON.parse(value), { sameAddress: true, first, sum: Number(array.sum()) })
}
