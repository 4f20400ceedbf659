// A file is cut while it is mapped: zeros and an error, not the end of the process. A read-only map takes a stray store.
import assert from 'node:assert/strict'
import { readFileSync, truncateSync } from 'node:fs'
import { MmapArray } from 'mmap-array'

const array = MmapArray.open('cut.i32', 'i', { flags: 'w+' })
array.extend(new Int32Array(65_536).fill(9))

const readOnly = MmapArray.open('cut.i32', 'i')
readOnly.view[0] = 8
assert.equal(array.get(0), 9)
assert.equal(readFileSync('cut.i32').readInt32LE(0), 9)
assert.throws(() => readOnly.set(0, 1), { code: 'ERR_READ_ONLY' })
readOnly.close()

const { view } = array
// A multiple of every page size in use.
truncateSync('cut.i32', 65_536)
assert.equal(view[65_000], 0)
view[65_000] = 1
assert.throws(() => array.append(1), { code: 'ERR_MEMORY_FAULT' })
assert.equal(array.refresh(), 16_384)
assert.equal(array.get(16_383), 9)
