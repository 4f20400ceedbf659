// Two processes append to one file under the same name; another attaches to memory that has none.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { MmapArray } from 'mmap-array'

const handle = process.env.MMAP_ARRAY_HANDLE
if (handle === undefined) {
  const log = MmapArray.open('log.i32', 'i', { flags: 'w+' })
  await Promise.all([log, log].map((array) => endOfChild(array)))
  assert.equal(log.refresh(), 2000)
  assert.equal(log.count(5), 2000)

  const anonymous = new MmapArray('i', [1])
  await endOfChild(anonymous)
  assert.equal(anonymous.refresh(), 1001)
} else {
  const array = MmapArray.attach(JSON.parse(handle))
  for (let i = 0; i < 1000; i++) array.append(5)
}

async function endOfChild(array) {
  const runtimeArguments = process.versions.deno ? ['run', '--allow-all', '--quiet'] : []
  const child = spawn(process.execPath, [...runtimeArguments, fileURLToPath(import.meta.url)], {
    stdio: 'inherit',
    env: { ...process.env, MMAP_ARRAY_HANDLE: JSON.stringify(array.handle()) },
  })
  assert.deepEqual(await once(child, 'exit'), [0, null])
}
