// An appender appends its elements by the timer, and at the end of the process, in whatever way it ends by itself.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { MmapArray } from 'mmap-array'

const end = process.env.MMAP_ARRAY_END
if (end === undefined) {
  for (const [name, code] of Object.entries({ timer: 0, natural: 0, exit: 5, throw: 1 })) {
    const found = await codeOfChild(name)
    if (name !== 'throw') assert.equal(found, code, name)
    const numbers = new Float64Array(new Uint8Array(fs.readFileSync('log.f64')).buffer)
    assert.equal(numbers.length, 2500, name)
    assert.ok(
      numbers.every((number, at) => number === at),
      name,
    )
  }
} else {
  const array = MmapArray.open('log.f64', 'd', { flags: 'w+' })
  const appender = array.appender({ interval: end === 'timer' ? 1 : 0, capacity: 1000 })
  for (let n = 0; n < 2500; n++) appender.append(n)
  if (end === 'timer') {
    while (array.length < 2500) await pause(1)
    // Without its exit.
    process.kill(process.pid, 'SIGKILL')
  }
  assert.equal(array.length, 2000)
  if (end === 'exit') process.exit(5)
  if (end === 'throw') throw new Error('on purpose')
}

/** The exit code of a child that ends in some way; 0 if a signal ended it. */
async function codeOfChild(name) {
  const runtimeArguments = process.versions.deno ? ['run', '--allow-all', '--quiet'] : []
  const child = spawn(process.execPath, [...runtimeArguments, fileURLToPath(import.meta.url)], {
    stdio: 'ignore',
    env: { ...process.env, MMAP_ARRAY_END: name },
  })
  const [code] = await once(child, 'exit')
  return code ?? 0
}
