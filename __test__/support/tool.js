// The command line tool as a shell starts it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { MmapArray } from '../../index.js'
import { run } from './processes.js'

export const TOOL = fileURLToPath(new URL('../../bin/mmap-array.js', import.meta.url))

/** Runs the tool to its end: { code, signal, stdout, stderr }. */
export const tool = (words, options) => run(process.execPath, [TOOL, ...words], { timeout: 60_000, ...options })

/** What the tool prints, where it does what it was asked. */
export async function printed(words, options) {
  const { code, signal, stdout, stderr } = await tool(words, options)
  expect({ code, signal, stderr }, stdout).toEqual({ code: 0, signal: null, stderr: '' })
  return stdout
}

/** The one line that the tool says of a failure. */
export async function failure(exitCode, words, options) {
  const { code, signal, stdout, stderr } = await tool(words, options)
  expect({ code, signal }, `${words}: ${stdout}${stderr}`).toEqual({ code: exitCode, signal: null })
  expect(stderr).toMatch(/^mmap-array: [^\n]+\n$/)
  return stderr.slice('mmap-array: '.length).trimEnd()
}

/** A file of elements. */
export function make(scope, name, typecode, items) {
  const path = scope.path(name)
  const array = MmapArray.open(path, typecode, { flags: 'w+' })
  array.extend(items)
  array.close()
  return path
}

/** The elements of a file. */
export function read(path, typecode) {
  const array = MmapArray.open(path, typecode)
  try {
    return array.tolist()
  } finally {
    array.close()
  }
}

/** Starts the viewer: `{ child, url }`. */
export async function startViewer(scope, words) {
  const child = spawn(process.execPath, [TOOL, 'view', ...words], { stdio: ['ignore', 'pipe', 'pipe'] })
  scope.atEnd(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  })
  let complaint = ''
  child.stderr.setEncoding('utf8').on('data', (text) => (complaint += text))
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the viewer ended with ${code}: ${complaint}`)
  })
  const [line] = await Promise.race([once(child.stdout, 'data'), ended])
  ended.catch(() => {})
  return { child, url: String(line).trim() }
}
