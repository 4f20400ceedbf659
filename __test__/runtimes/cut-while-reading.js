// Another process cuts a file while one call reads its 10^7 elements, in code that the engine has compiled for that loop. The
// loop must throw: an engine that loads the fault counter once before the loop would give zeros to its end.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { MmapArray } from 'mmap-array'

const ELEMENTS = 10_000_000
const FILE = 'cut-while-reading.f64'

const whole = MmapArray.open(FILE, 'd', { flags: 'w+' })
whole.extend(new Float64Array(ELEMENTS).fill(1))
const array = MmapArray.open(FILE, 'd')

const LOOPS = {
  get(array, n) {
    let sum = 0
    for (let i = 0; i < n; i++) sum += array.get(i)
    return sum
  },
  iteration(array) {
    let sum = 0
    for (const value of array) sum += value
    return sum
  },
}

assert.equal(spawnSync('mkfifo', ['fifo']).status, 0)
for (const [name, loop] of Object.entries(LOOPS)) {
  whole.refresh()
  whole.extend(new Float64Array(ELEMENTS - whole.length).fill(1))
  array.refresh()
  for (let round = 0; round < 3; round++) assert.equal(loop(array, ELEMENTS), ELEMENTS, name)
  // Opened for writing, the FIFO waits for its reader: the shell is there then, and cuts while this thread is in the loop.
  spawn('sh', ['-c', 'read go < fifo; truncate -s 65536 "$0"', FILE], { stdio: 'inherit' })
  writeFileSync('fifo', 'go\n')
  let code
  while (code === undefined) {
    try {
      assert.equal(loop(array, ELEMENTS), ELEMENTS, name)
    } catch (error) {
      assert.equal(error.code, 'ERR_MEMORY_FAULT', String(error))
      ;({ code } = error)
    }
  }
  assert.equal(array.refresh(), 8192, name)
  assert.equal(loop(array, 8192), 8192, name)
}
