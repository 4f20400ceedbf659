// tail -f and -F print what others append; head, tail and info take several files.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { run } from './support/processes.js'
import { useScope } from './support/scope.js'
import { TOOL, failure, make, printed } from './support/tool.js'

const scope = useScope()

/** Starts the tool: `until` waits for text on the standard output and gives all that was printed. */
function start(...words) {
  const child = spawn(process.execPath, [TOOL, ...words], { stdio: ['ignore', 'pipe', 'pipe'] })
  scope.atEnd(() => child.kill('SIGKILL'))
  let [printedText, errors] = ['', '']
  child.stderr.setEncoding('utf8').on('data', (text) => (errors += text))
  child.stdout.setEncoding('utf8').on('data', (text) => (printedText += text))
  const until = async (end) => {
    while (!printedText.endsWith(end)) await once(child.stdout, 'data')
    return printedText
  }
  return { child, until, errors: () => errors }
}

const appendTo = (path, typecode, items) => {
  const array = MmapArray.open(path, typecode, { flags: 'a+' })
  array.extend(items)
  array.close()
}

test('tail -f prints the last elements and those that others append, until Ctrl-C', async () => {
  const file = make(scope, 'live.f64', 'd', [1, 2, 3])
  const { child, until } = start('tail', '-f', '-n', '2', file)
  expect(await until('3\n')).toBe('2\n3\n')
  appendTo(file, 'd', [4.5])
  appendTo(file, 'd', [5, 6])
  expect(await until('6\n')).toBe('2\n3\n4.5\n5\n6\n')
  child.kill('SIGINT')
  expect(await once(child, 'exit')).toEqual([null, 'SIGINT'])
})

test('tail -f stays with a replaced file, and -F goes on with the new one', async () => {
  const file = make(scope, 'live.i32', 'i', [1])
  const old = scope.keep(MmapArray.open(file, 'i', { flags: 'a+' }))
  const [byFile, byName] = [start('tail', '-f', file), start('tail', '-F', file)]
  await Promise.all([byFile.until('1\n'), byName.until('1\n')])
  fs.renameSync(make(scope, 'next.i32', 'i', [50, 51]), file)
  expect(await byName.until('51\n')).toBe('1\n50\n51\n')
  old.append(2)
  expect(await byFile.until('2\n')).toBe('1\n2\n')
  appendTo(file, 'i', [52])
  expect(await byName.until('52\n')).toBe('1\n50\n51\n52\n')
})

test('tail -f begins again when the file is truncated, and says so', async () => {
  const file = make(scope, 'live.u8', 'B', [1, 2, 3])
  const { until, errors } = start('tail', '-f', file)
  await until('3\n')
  expect(errors()).toBe('')
  fs.truncateSync(file, 0)
  fs.appendFileSync(file, Buffer.of(9))
  expect(await until('9\n')).toBe('1\n2\n3\n9\n')
  await expect.poll(errors).toBe(`mmap-array: ${file} was truncated: its elements follow from the first one\n`)
})

test('tail -F begins again when the file that took the name is truncated', async () => {
  const file = make(scope, 'live.u8', 'B', [1, 2, 3])
  const { until, errors } = start('tail', '-F', file)
  await until('3\n')
  fs.renameSync(make(scope, 'next.u8', 'B', [4, 5]), file)
  await until('5\n')
  fs.truncateSync(file, 0)
  await expect.poll(errors).toContain('truncated')
  fs.appendFileSync(file, Buffer.of(9))
  expect(await until('9\n')).toBe('1\n2\n3\n4\n5\n9\n')
  fs.renameSync(make(scope, 'last.u8', 'B', [10]), file)
  expect(await until('10\n')).toBe('1\n2\n3\n4\n5\n9\n10\n')
})

test('tail -f prints fields and records, with the titles once', async () => {
  const path = scope.path('day.rec')
  const records = scope.keep(MmapArray.open(path, { time: 'q', gain: ['d', 2] }, { flags: 'w+' }))
  records.append({ time: 1n, gain: [2, 3] })
  const type = ['--type', 'time:i64,gain:f64[2]']
  const all = start('tail', '-f', path, ...type)
  const second = start('tail', '-f', path, ...type, '--field', 'gain[1]')
  const both = start('tail', '-f', path, ...type, '--field', 'gain')
  await Promise.all([all.until(']\n'), second.until('3\n'), both.until('3\n')])
  records.append({ time: 2n, gain: [4, 5] })
  expect(await all.until('5]\n')).toBe('time    gain\n   1  [2, 3]\n   2  [4, 5]\n')
  expect(await second.until('5\n')).toBe('3\n5\n')
  expect(await both.until('5\n')).toBe('2\n3\n4\n5\n')
})

test('tail -f of several files names the file when another one goes on', async () => {
  const [one, other] = [make(scope, 'a.f64', 'd', [1]), make(scope, 'b.i64', 'q', [7n])]
  const { until } = start('tail', '-f', one, other)
  await until('7\n')
  appendTo(one, 'd', [2])
  await until('2\n')
  appendTo(one, 'd', [3])
  await until('3\n')
  appendTo(other, 'q', [8n])
  expect(await until('8\n')).toBe(
    `==> ${one} <==\n1\n\n==> ${other} <==\n7\n\n==> ${one} <==\n2\n3\n\n==> ${other} <==\n8\n`,
  )
})

test.each([
  ['-f', 'trim', '10', [1, 2, 9, 9.5]],
  ['-F', 'close', '10', [1, 2, 9, 9.5]],
  ['-f', 'close', '3', [2, 9, 9.5]],
])('tail %s of a reserved file prints its last elements after %s', async (option, release, count, expected) => {
  const file = make(scope, 'live.f64', 'd', [1, 2])
  const writer = scope.keep(MmapArray.open(file, 'd', { flags: 'r+' }))
  writer.reserve(1000)
  writer.append(9)
  const { child, until, errors } = start('tail', option, '-n', count, file)
  await once(child.stderr, 'data')
  expect(errors()).toContain('reserved: its elements follow when the program has trimmed or closed it')
  writer.append(9.5)
  writer[release]()
  expect(await until('9.5\n')).toBe(`${expected.join('\n')}\n`)
  appendTo(file, 'd', [10])
  expect(await until('10\n')).toBe(`${expected.join('\n')}\n10\n`)
})

test('tail -f -n 0 of a reserved file prints what is appended after it is trimmed', async () => {
  const file = make(scope, 'live.f64', 'd', [1])
  const writer = scope.keep(MmapArray.open(file, 'd', { flags: 'a+' }))
  writer.reserve(1000)
  const { child, until } = start('tail', '-f', '-n', '0', file)
  await once(child.stderr, 'data')
  writer.trim()
  // Elements are followed from the first look after the file is trimmed, which takes its time.
  const appending = setInterval(() => writer.append(3), 20)
  try {
    expect(await until('3\n')).toMatch(/^(3\n)+$/)
  } finally {
    clearInterval(appending)
  }
})

test('tail -f of a field of a reserved file prints its last elements after trim', async () => {
  const path = scope.path('day.rec')
  const writer = scope.keep(MmapArray.open(path, { time: 'q', gain: 'd' }, { flags: 'w+' }))
  writer.reserve(100)
  writer.append({ time: 1n, gain: 2 })
  const { child, until } = start('tail', '-f', path, '--type', 'time:i64,gain:f64', '--field', 'gain')
  await once(child.stderr, 'data')
  writer.trim()
  expect(await until('2\n')).toBe('2\n')
})

test('tail -f begins again when the file is truncated while it lists elements', async () => {
  const length = 2_000_000
  const file = make(scope, 'live.f64', 'd', new Float64Array(length).fill(7))
  const { child, errors } = start('tail', '-f', '-n', String(length), file)
  // The tool waits for the reader of its output, which stops here.
  await once(child.stdout, 'data')
  child.stdout.pause()
  fs.truncateSync(file, 0)
  appendTo(file, 'd', [3])
  let last = ''
  child.stdout.on('data', (text) => (last = (last + text).slice(-100)))
  child.stdout.resume()
  await expect.poll(() => last.endsWith('\n3\n') || child.exitCode, { timeout: 20_000 }).toBe(true)
  expect(errors()).toBe(`mmap-array: ${file} was truncated: its elements follow from the first one\n`)
})

test('tail -f ends quietly when its reader has gone', async () => {
  const file = make(scope, 'live.f64', 'd', [1, 2])
  const script = '"$0" "$1" tail -f "$2" | head -n 1; echo "${PIPESTATUS[@]}"'
  const ended = run('bash', ['-c', script, process.execPath, TOOL, file])
  // The tool notices it at its next write.
  const writing = setInterval(() => appendTo(file, 'd', [3]), 20)
  try {
    expect(await ended).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d\n0 0\n$/), stderr: '' })
  } finally {
    clearInterval(writing)
  }
})

test('head, tail and info of several files name each of them', async () => {
  const [one, other] = [make(scope, 'a.f64', 'd', [1, 2, 3]), make(scope, 'b.i64', 'q', [7n])]
  expect(await printed(['head', '-n', '2', one, other])).toBe(`==> ${one} <==\n1\n2\n\n==> ${other} <==\n7\n`)
  expect(await printed(['tail', '-n', '1', one, other])).toBe(`==> ${one} <==\n3\n\n==> ${other} <==\n7\n`)
  expect(await printed(['head', '--json', one, other])).toBe('[1, 2, 3]\n["7"]\n')
  const info = await printed(['info', one, other])
  expect(info).toMatch(new RegExp(`^${one}\n[^]*\n\n${other}\n`))
  const lines = (await printed(['info', '--json', one, other])).trimEnd().split('\n')
  expect(lines.map((line) => JSON.parse(line).elements)).toEqual([3, 1])
  expect(await failure(3, ['tail', '-f', one, scope.path('none.f64')])).toContain('ENOENT')
})
