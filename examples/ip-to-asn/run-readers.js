import { join } from 'node:path'
import { measureMemory } from './memory.js'
import { SEED } from './random-addresses.js'
import { PythonMissing, startProcess, startPython, startThread } from './reader.js'
import { TABLE_FILES } from './table-format.js'

const THREADS = 4
const PROCESSES = 4

/**
 * Lets four threads, four child processes and one Python process read the same tables at the same time. They begin when all are
 * ready, and end when the memory was measured.
 */
export async function runReaders(table, directory, wellKnown, expected) {
  const task = { tables: table.handles(), expected: expected.handle(), wellKnown }
  const numbered = (count, start, name) =>
    Array.from({ length: count }, (_, index) => start(`${name} ${index + 1}`, task))
  let readers = [
    ...numbered(THREADS, startThread, 'worker thread'),
    ...numbered(PROCESSES, startProcess, 'child process'),
    startPython('python3', pythonTask(directory, wellKnown, expected)),
  ]
  try {
    const readiness = await Promise.all(readers.map(readyUnlessPythonIsMissing))
    const isPythonMissing = readiness.includes(null)
    readers = readers.filter((_, index) => readiness[index] !== null)
    const opened = readiness.filter((ready) => ready !== null)

    const began = performance.now()
    for (const reader of readers) reader.send('go')
    const results = await Promise.all(readers.map((reader) => reader.next('result')))
    const milliseconds = performance.now() - began
    const memory = measureMemory(processesOf(readers), directory)
    for (const reader of readers) reader.send('leave')

    const reports = readers.map(({ name, pid }, index) => ({ name, pid, ...opened[index], ...results[index] }))
    return { reports, milliseconds, memory, isPythonMissing }
  } catch (error) {
    for (const reader of readers) reader.stop()
    throw error
  }
}

/** Python opens files instead of handles. The tables are files, and the anonymous array is a file under /proc. */
function pythonTask(directory, wellKnown, expected) {
  const files = Object.entries(TABLE_FILES).map(([key, { file, typecode }]) => [
    key,
    { path: join(directory, file), typecode },
  ])
  return {
    files: Object.fromEntries(files),
    expected: `/proc/${process.pid}/fd/${expected.fd}`,
    wellKnown,
    seed: SEED,
  }
}

async function readyUnlessPythonIsMissing(reader) {
  try {
    return await reader.next('ready')
  } catch (error) {
    if (error instanceof PythonMissing) return null
    throw error
  }
}

/** The threads are part of this process, so they share its row. */
function processesOf(readers) {
  const others = readers.filter(({ pid }) => pid !== process.pid)
  return [{ name: `this one, with ${readers.length - others.length} threads`, pid: process.pid }, ...others]
}
