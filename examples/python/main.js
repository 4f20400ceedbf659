// node examples/python/main.js: Python and Node on the same files and the same named memory.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { shareFile } from './files.js'
import { shareMemory } from './handle.js'
import { shareNamedMemory } from './named-memory.js'
import { shareWithNumpy } from './numpy.js'

const directory = mkdtempSync(join(tmpdir(), 'mmap-array-python-'))
try {
  shareFile(directory)
  shareMemory()
  shareWithNumpy(directory)
  shareNamedMemory()
  console.log('Python and Node agreed on every number.')
} finally {
  rmSync(directory, { recursive: true, force: true })
}
