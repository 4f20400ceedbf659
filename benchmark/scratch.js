import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const PREFIX = 'mmap-array-bench-'
/** Where files are memory only. */
const MEMORY = '/dev/shm'

/**
 * Runs `action` with directories that go away afterwards: one for files, TMPDIR says on which file system, and one for memory
 * that has to have a name.
 */
export async function withScratch(action) {
  const scratch = mkdtempSync(join(tmpdir(), PREFIX))
  const memory = directoryIn(MEMORY) ?? scratch
  process.once('SIGINT', () => process.exit(130))
  process.once('SIGTERM', () => process.exit(143))
  process.once('exit', () => {
    for (const directory of [scratch, memory]) rmSync(directory, { recursive: true, force: true })
  })
  await action({ scratch, memory })
}

function directoryIn(parent) {
  try {
    return mkdtempSync(join(parent, PREFIX))
  } catch {
    return undefined
  }
}

/** A file whose first element is 1 and the rest a hole. */
export function sparseFile(scratch, name, bytes) {
  const path = join(scratch, name)
  const fd = openSync(path, 'w')
  writeSync(fd, new Uint8Array(Int32Array.of(1).buffer))
  ftruncateSync(fd, bytes)
  closeSync(fd)
  return path
}
