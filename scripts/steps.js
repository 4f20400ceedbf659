// The steps of a set-up: each prints its output only if it fails, and only one set-up runs at a time.
import { spawnSync } from 'node:child_process'
import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ROOT, SetupError } from './toolchain.js'

const LOCK = join(ROOT, '.setup.lock')

/** Runs one step, and prints its output only if it fails. Returns the output. */
export function step(title, program, args, { env = process.env, cwd = ROOT } = {}) {
  console.error(`mmap-array: ${title} ...`)
  const result = spawnSync(program, args, { cwd, env, encoding: 'utf8', maxBuffer: 2 ** 28, stdio: 'pipe' })
  if (result.status === 0) return result.stdout
  process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}`)
  const reason = result.error?.message ?? `it ended with ${result.signal ?? `exit code ${result.status}`}, see above`
  throw new SetupError(`${title} failed: ${reason}`)
}

/** Runs one set-up at a time in a checkout, because two `npm ci` at once would remove each other's files. */
export async function withLock(action) {
  let told = false
  while (!tryLock()) {
    const holder = Number(readOrEmpty(LOCK))
    // An empty file is a lock to which its owner has not yet written its process number.
    if (holder && !isAlive(holder)) {
      rmSync(LOCK, { force: true })
      continue
    }
    if (!told) console.error(`mmap-array: waiting for another set-up in this folder (delete .setup.lock if none runs)`)
    told = true
    await sleep(250)
  }
  try {
    return await action()
  } finally {
    rmSync(LOCK, { force: true })
  }
}

function tryLock() {
  try {
    const file = openSync(LOCK, 'wx')
    writeSync(file, String(process.pid))
    closeSync(file)
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
    return false
  }
}

function readOrEmpty(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}
