// Small programs of C, compiled once for a file of tests.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll } from 'vitest'

/** Call inside describe. Gives a function that names the compiled program. */
export function useProgram(source, options = []) {
  let directory
  const program = () => path.join(directory, 'program')
  beforeAll(() => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), 'mmap-array-c-'))
    fs.writeFileSync(`${program()}.c`, source)
    const command = ['-O1', '-Wall', ...options, '-o', program(), `${program()}.c`]
    const { status, stderr } = spawnSync('gcc', command, { encoding: 'utf8' })
    if (status !== 0 || stderr !== '') throw new Error(`gcc ended with ${status}: ${stderr}`)
  })
  afterAll(() => fs.rmSync(directory, { recursive: true, force: true }))
  return program
}
