import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Runs `action` with a directory that goes away afterwards; TMPDIR says on which file system. */
export async function withScratch(action) {
  const directory = mkdtempSync(join(tmpdir(), 'mmap-array-bench-'))
  const remove = () => rmSync(directory, { recursive: true, force: true })
  process.once('SIGINT', () => process.exit(130))
  process.once('SIGTERM', () => process.exit(143))
  process.once('exit', remove)
  await action(directory)
}
