// Memory without a path where the system has no memfd_create: a temporary file that goes with its owner, or after it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { expect, test } from 'vitest'
import { INDEX, expectExit, run, script } from './support/processes.js'
import { useScope } from './support/scope.js'

const scope = useScope()
const env = { ...process.env, MMAP_ARRAY_PORTABLE: '1' }

/** A process that has an array of [1, 2, 3], and lives until it is killed: { child, handle }. */
async function startOwner() {
  const body = `
    const array = new MmapArray('i', [1, 2, 3])
    console.log(JSON.stringify(array.handle()))
    process.stdin.resume()`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script(body)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env,
  })
  scope.atEnd(() => child.kill('SIGKILL'))
  const [output] = await once(child.stdout, 'data')
  return { child, handle: JSON.parse(output) }
}

/** What a body printed in a process of its own. */
async function printed(body) {
  const result = await run(process.execPath, ['--input-type=module', '-e', script(body)], { env })
  expectExit(result)
  return result.stdout.trim()
}

const attach = (handle) => `
  try {
    const array = MmapArray.attach(${JSON.stringify(handle)})
    array.append(4)
    console.log(array.path, array.tolist().join())
  } catch (error) {
    console.log(error.code)
  }`

test('a memory file is for its owner alone, and other processes attach by its handle', async () => {
  const { handle } = await startOwner()
  expect(fs.statSync(handle.path).mode & 0o777).toBe(0o600)
  expect(await printed(attach(handle))).toBe('null 1,2,3,4')
})

test('the memory files of a killed process are stale at once, and removed by the next that makes some', async () => {
  const [dead, alive] = await Promise.all([startOwner(), startOwner()])
  dead.child.kill('SIGKILL')
  await once(dead.child, 'exit')
  expect(fs.existsSync(dead.handle.path)).toBe(true)
  expect(await printed(attach(dead.handle))).toBe('ERR_STALE_HANDLE')
  expect(await printed(`console.log(new MmapArray('i', [1]).length)`)).toBe('1')
  expect(fs.existsSync(dead.handle.path)).toBe(false)
  expect(fs.existsSync(alive.handle.path)).toBe(true)
  expect(await printed(attach(alive.handle))).toBe('null 1,2,3,4')
})

test.each([
  ['close', 'array.close()'],
  ['process.exit', 'process.exit()'],
  [
    'an uncaught error',
    `process.on('uncaughtException', () => process.exit(0)); setImmediate(() => { throw new Error() })`,
  ],
  ['the end of a worker', `await new Worker(source, { eval: true, workerData: null }).terminate()`],
])('a memory file is gone after %s', async (_, end) => {
  const path = await printed(`
    import { Worker } from 'node:worker_threads'
    const source = "import('${INDEX}').then(({ MmapArray }) => { globalThis.array = new MmapArray('i', [1]) })"
    const array = new MmapArray('i', [1])
    console.log(array.handle().path)
    ${end}`)
  expect(path).toMatch(/mmap-array-memory-\d+-[0-9a-f]{16}\.\d+$/)
  const lock = path.replace(/\.\d+$/, '')
  expect([path, lock].filter((file) => fs.existsSync(file))).toEqual([])
})
