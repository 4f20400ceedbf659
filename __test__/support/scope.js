// A test's own temporary directory and arrays: made for each test, closed and removed after it, failed or not.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach } from 'vitest'

/** Call inside describe. The directory is made on first use. */
export function useScope() {
  let directory
  let count = 0
  const cleanups = []
  const scope = {
    get directory() {
      directory ??= fs.mkdtempSync(path.join(os.tmpdir(), 'mmap-array-test-'))
      return directory
    },
    /** a path nothing is at yet */
    path(name = `file-${count++}`) {
      return path.join(scope.directory, name)
    },
    /** a new file with these bytes */
    file(bytes = Buffer.alloc(0), name = undefined) {
      const file = scope.path(name)
      fs.writeFileSync(file, bytes)
      return file
    },
    /** closes it (an array, or anything with close) at the end of the test */
    keep(closable) {
      cleanups.push(() => closable.close())
      return closable
    },
    /** runs at the end of the test, last registered first */
    atEnd(cleanup) {
      cleanups.push(cleanup)
    },
  }
  afterEach(async () => {
    try {
      while (cleanups.length) await cleanups.pop()()
    } finally {
      if (directory) fs.rmSync(directory, { recursive: true, force: true })
      directory = undefined
    }
  })
  return scope
}
