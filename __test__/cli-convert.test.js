// convert: every format to every other, values that do not fit, and targets that are whole or not there.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { describe, expect, test, vi } from 'vitest'
import { describeOnSmallDisk, runOnSmallDisk } from './support/small-disks.js'
import { useScope } from './support/scope.js'
import { TOOL, failure, make, read, tool } from './support/tool.js'
import { TYPECODES, elements } from './support/typecodes.js'

const scope = useScope()
/** What it assumed about the first line, it says on the standard error; cli-csv.test.js looks at that. */
async function convert(...words) {
  const { code, signal, stdout, stderr } = await tool(['convert', ...words])
  expect({ code, signal }, stderr).toEqual({ code: 0, signal: null })
  expect(stderr).toMatch(/^(?:mmap-array: line 1 (?:is data|has titles)[^\n]*\n)?$/)
  return stdout
}
/** Whatever failed: the target is not there, and nothing beside it. */
const expectNoTraceOf = (path) =>
  expect(fs.readdirSync(scope.directory).filter((name) => name.startsWith(path.split('/').at(-1)))).toEqual([])

describe.each(TYPECODES.filter(({ kind }) => kind !== 'character'))('typecode $code', (type) => {
  test('through every format and back', async () => {
    const items = elements(type, 60)
    const raw = make(scope, 'raw', type.code, items)
    const steps = ['a.npy', 'b.csv', 'c.jsonl', 'd.tsv', 'e.ndjson', 'f.bin'].map((name) => scope.path(name))
    let before = raw
    for (const path of steps) {
      expect(await convert(before, path, '--type', type.code)).toBe('')
      before = path
    }
    expect(fs.readFileSync(before)).toEqual(fs.readFileSync(raw))
  })
})

test('characters go through JSON lines', async () => {
  const text = make(scope, 'text', 'w', 'a"\n𝄞,')
  await convert(text, scope.path('a.jsonl'), '--type', 'w')
  expect(fs.readFileSync(scope.path('a.jsonl'), 'utf8')).toBe('"a"\n"\\""\n"\\n"\n"𝄞"\n","\n')
  await convert(scope.path('a.jsonl'), scope.path('b.npy'), '--type', 'w')
  expect(read(scope.path('b.npy')).join('')).toBe('a"\n𝄞,')
  expect(await failure(2, ['convert', text, scope.path('c.csv'), '--type', 'w'])).toContain('JSON lines')
  expect(await failure(4, ['convert', text, scope.path('d.f64'), '--from-type', 'w'])).toContain('element 0')
  expectNoTraceOf('d.f64')
})

describe('another type', () => {
  test('takes what fits', async () => {
    const file = make(scope, 'a.f64', 'd', [1, -2, 300])
    await convert(file, scope.path('b.i32'))
    expect(read(scope.path('b.i32'), 'i')).toEqual([1, -2, 300])
    await convert(scope.path('b.i32'), scope.path('c.npy'), '--type', 'int64')
    expect(read(scope.path('c.npy'))).toEqual([1n, -2n, 300n])
    await convert(scope.path('c.npy'), scope.path('d.f32'))
    expect(read(scope.path('d.f32'), 'f')).toEqual([1, -2, 300])
  })

  test.each([
    ['q', 'f64', [2n ** 53n, -(2n ** 62n), -(2n ** 63n)], 2n ** 53n + 1n, 2 ** 53],
    ['Q', 'f64', [2n ** 63n, 2n ** 64n - 2048n], 2n ** 64n - 1n, 2 ** 64],
    ['q', 'f32', [2n ** 60n, 2n ** 24n], 2n ** 60n + 2n ** 36n + 1n, 2 ** 60 + 2 ** 37],
    ['q', 'f16', [2048n, 65504n], 2049n, 2048],
    ['i', 'f32', [2 ** 24, -(2 ** 31), 2 ** 30 + 128], 2 ** 24 + 1, 2 ** 24],
    ['I', 'f32', [2 ** 31, 2 ** 32 - 256], 2 ** 32 - 1, 2 ** 32],
    ['H', 'f16', [2048, 2050, 65504], 2049, 2048],
    ['h', 'f16', [-32768, 2048], -2051, -2052],
  ])('of floats takes integers that it holds exactly: %s to %s', async (code, name, exact, other, rounded) => {
    const float = { f64: 'd', f32: 'f', f16: 'e' }[name]
    const good = make(scope, 'good.npy', code, exact)
    await convert(good, scope.path(`good.${name}`))
    expect(read(scope.path(`good.${name}`), float)).toEqual(exact.map(Number))

    const bad = make(scope, 'bad.npy', code, [exact[0], other])
    for (const words of [[scope.path(`bad.${name}`)], [scope.path('bad.csv'), '--type', name]])
      expect(await failure(4, ['convert', bad, ...words])).toMatch(
        new RegExp(`^element 1: ${other} has more digits than float\\d+: --round nearest rounds it, --type u?int`),
      )
    expectNoTraceOf('bad.f')
    await convert(bad, scope.path(`bad.${name}`), '--round', 'nearest')
    expect(read(scope.path(`bad.${name}`), float)).toEqual([Number(exact[0]), rounded])
  })

  test('of integers takes whole floats that it holds, beyond 2^53 too', async () => {
    const wholes = [1e18, -(2 ** 63), 2 ** 63 - 1024, 2 ** 53 + 2]
    await convert(make(scope, 'a.f64', 'd', wholes), scope.path('b.i64'))
    expect(read(scope.path('b.i64'), 'q')).toEqual(wholes.map(BigInt))
    await convert(make(scope, 'c.f32', 'f', [2 ** 63, 2 ** 60]), scope.path('d.u64'))
    expect(read(scope.path('d.u64'), 'Q')).toEqual([2n ** 63n, 2n ** 60n])
    await convert(
      make(scope, 'e.f64', 'd', [1e18, 1.5]),
      scope.path('f.jsonl'),
      '--type',
      'i64',
      '--round',
      'nearest',
      '--from-type',
      'd',
    )
    expect(fs.readFileSync(scope.path('f.jsonl'), 'utf8')).toBe('1000000000000000000\n2\n')
    for (const [value, type] of [
      [2 ** 63, 'i64'],
      [-(2 ** 63) - 2048, 'i64'],
      [2 ** 64, 'u64'],
      [-(2 ** 60), 'u64'],
      [Infinity, 'i64'],
      [NaN, 'u64'],
    ]) {
      const words = ['convert', make(scope, `${type}.npy`, 'd', [value]), scope.path(`g.${type}`)]
      const message = await failure(4, words)
      expect(message, `${value}`).toMatch(/^element 0: /)
      expect(message).not.toContain('2^53')
      fs.rmSync(scope.path(`${type}.npy`))
    }
  })

  test('of halves refuses an integer that would be infinite', async () => {
    for (const [code, value] of [
      ['q', 65520n],
      ['i', 65520],
    ]) {
      const words = ['convert', make(scope, `${code}.npy`, code, [value]), scope.path('b.f16')]
      expect(await failure(4, words)).toContain('65520 is too large for float16')
      expect(await failure(4, [...words, '--round', 'nearest'])).toContain('65520 is too large for float16')
    }
  })

  test('tells which does not fit', async () => {
    const items = Array.from({ length: 100_000 }, (_, n) => (n === 99_000 ? 0.5 : n))
    const file = make(scope, 'a.f64', 'd', items)
    expect(await failure(4, ['convert', file, scope.path('b.i32')])).toMatch(/^element 99000: .*0\.5/)
    expectNoTraceOf('b.i32')
    const text = scope.file('x\n1\n2\n3\n400\n', 'a.csv')
    expect(await failure(2, ['convert', text, scope.path('b.npy'), '--type', 'u8ish'])).toContain('u8ish')
    expect(await failure(4, ['convert', text, scope.path('b.npy'), '--type', 'uint8'])).toMatch(
      /a\.csv, line 5, column 1 'x': .*400/,
    )
    expectNoTraceOf('b.npy')
  })
})

describe('text', () => {
  test('titles, columns, quotes, spaces, ends of lines, empty lines, the last line without an end', async () => {
    const file = scope.file('day,"close, adjusted",n\r\n1,"2.5",7\r\n\r\n2, 3e2 ,8\r\n3,"-inf",9', 'table.csv')
    for (const column of ['close, adjusted', '2']) {
      await convert(file, scope.path('out.npy'), '--column', column, '--force')
      expect(read(scope.path('out.npy'))).toEqual([2.5, 300, -Infinity])
    }
    expect(await failure(2, ['convert', file, scope.path('x.npy')])).toContain('--column')
    expect(await failure(2, ['convert', file, scope.path('x.npy'), '--column', '4'])).toContain('no column 4')
    await convert(scope.file('3,1,2\n6,4,5\n', 'bare.csv'), scope.path('third.npy'), '--column', '3')
    expect(read(scope.path('third.npy'))).toEqual([2, 5])
    const semicolons = scope.file('1;2\n3;4\n', 'semicolons.csv')
    await convert(semicolons, scope.path('second.npy'), '--delimiter', ';', '--column', '2')
    expect(read(scope.path('second.npy'))).toEqual([2, 4])
    await convert(scope.file('\n\r\nclose\n5\n', 'late.csv'), scope.path('late.npy'), '--titles')
    expect(read(scope.path('late.npy'))).toEqual([5])
  })

  test('an option that means nothing for the formats at hand is refused', async () => {
    const text = scope.file('1\n', 'a.csv')
    const raw = make(scope, 'a.f64', 'd', [1])
    expect(await failure(2, ['convert', text, scope.path('x.npy'), '--offset', '8'])).toContain('--offset')
    expect(await failure(2, ['convert', raw, scope.path('x.npy'), '--delimiter', ';'])).toContain('--delimiter')
    expect(await failure(2, ['convert', '-', scope.path('x.f64'), '--type', 'f64', '--offset', '8'])).toContain(
      '--offset',
    )
    expectNoTraceOf('x.npy')
  })

  test('what is not a number names its line', async () => {
    for (const [text, message] of [
      ['1\n2\nthree\n', "a.csv, line 3, column 1: 'three' is not a number"],
      ['1\n0x10\n', 'line 2'],
      ['1\n2,5\n3\n', 'line 2, column 1: 2 fields, but line 1 has 1'],
      ['1\n\u001b]0;x\u0007\u009b\n', String.raw`'\u{1b}]0;x\u{7}\u{9b}' is not a number`],
      ['1\n1_000\n', 'line 2'],
      ['1\n"2\n', 'line 2: a quoted field has no end'],
      ['title\nanother\n1\n', 'line 2'],
    ]) {
      expect(await failure(4, ['convert', scope.file(text, 'a.csv'), scope.path('b.f64')]), text).toContain(message)
      expectNoTraceOf('b.f64')
    }
    for (const text of ['1\n[1]\n', '1\n{}\n', '1\nnull\n', '1\ntrue\n', '1\n"x"\n', '1\n1 2\n', '1\n{\n']) {
      expect(await failure(4, ['convert', scope.file(text, 'a.jsonl'), scope.path('b.f64')]), text).toContain('line 2')
    }
  })

  test('integers keep all of their digits, floats theirs', async () => {
    const lines = ['9223372036854775807', '-9223372036854775808', '9007199254740993']
    await convert(scope.file(lines.join('\n'), 'a.csv'), scope.path('b.i64'), '--no-titles')
    expect(read(scope.path('b.i64'), 'q')).toEqual(lines.map(BigInt))
    await convert(scope.path('b.i64'), scope.path('c.jsonl'))
    expect(fs.readFileSync(scope.path('c.jsonl'), 'utf8')).toBe(`${lines.join('\n')}\n`)
    await convert(scope.file('0.1\n-0\nNaN\ninf\n.5\n5.\n+7\n', 'd.csv'), scope.path('e.csv'), '--header', 'x')
    expect(fs.readFileSync(scope.path('e.csv'), 'utf8')).toBe('x\n0.1\n-0\nNaN\nInfinity\n0.5\n5\n7\n')
    await convert(scope.path('e.csv'), scope.path('f.csv'), '--type', 'f32')
    expect(fs.readFileSync(scope.path('f.csv'), 'utf8')).toBe('0.1\n-0\nNaN\nInfinity\n0.5\n5\n7\n')
  })

  test('rounds once, where a double in between would lie in the middle of two', async () => {
    const above = 1.0000001192092896
    const words = [
      ['1.000000059604644775390625', 1],
      ['1.00000005960464477539062500000000000000000001', above],
      ['-10000000596046447754.0e-19', -above],
      ['1.000000178813934326171874', above],
      ['"1.000000178813934326171875"', 1.0000002384185791],
      ['1152921573326323713', 2 ** 60 + 2 ** 37],
      ['1152921573326323712', 2 ** 60],
      ['2.7476661347952676e-24', 2.7476662334028807e-24],
    ]
    const single = scope.file(words.map(([word]) => word).join('\n'), 'a.jsonl')
    await convert(single, scope.path('b.f32'))
    expect(read(scope.path('b.f32'), 'f')).toEqual(words.map(([, value]) => value))

    await convert(
      make(scope, 'c.i64', 'q', [2n ** 60n + 2n ** 36n + 1n, -(2n ** 60n)]),
      scope.path('d.f32'),
      '--round',
      'nearest',
    )
    expect(read(scope.path('d.f32'), 'f')).toEqual([2 ** 60 + 2 ** 37, -(2 ** 60)])

    await convert(scope.file('x\n1.00048828125\n1.00048828125000000001\n', 'e.csv'), scope.path('f.f16'))
    expect(read(scope.path('f.f16'), 'e')).toEqual([1, 1.0009765625])
  })

  test('of any length, wherever its chunks end', async () => {
    const items = Array.from({ length: 200_000 }, (_, n) => Math.sin(n))
    await convert(scope.file(items.join('\n'), 'a.csv'), scope.path('b.f64'))
    expect(read(scope.path('b.f64'), 'd')).toEqual(items)
  })
})

test('a directory is no input', () => {
  const input = fs.openSync(scope.directory)
  const words = ['convert', '-', scope.path('a.f64'), '--from', 'csv']
  const { status, stderr } = spawnSync(process.execPath, [TOOL, ...words], { stdio: [input, 'ignore', 'pipe'] })
  fs.closeSync(input)
  expect({ status, stderr: String(stderr) }).toEqual({ status: 3, stderr: expect.stringContaining('EISDIR') })
  expectNoTraceOf('a.f64')
})

describe('- is the standard input and output', () => {
  const pipe = (words, input) => spawnSync(process.execPath, [TOOL, 'convert', ...words], { input, timeout: 60_000 })

  test('text and raw bytes', () => {
    const { stdout, status } = pipe(['-', '-', '--from', 'csv', '--to', 'raw', '--type', 'i16'], '1\n-2\n')
    expect([status, [...stdout]]).toEqual([0, [1, 0, 0xfe, 0xff]])
    const bytes = Buffer.from(new Float64Array(50_000).fill(1.5).buffer)
    const text = pipe(['-', '-', '--to', 'jsonl', '--type', 'd'], bytes)
    expect(String(text.stdout)).toBe('1.5\n'.repeat(50_000))
    expect(pipe(['-', '-', '--type', 'd'], bytes).stdout).toEqual(bytes)
    const wide = pipe(['-', '-', '--from-type', 'i16', '--type', 'i32'], Buffer.of(1, 0, 0xfe, 0xff))
    expect([...wide.stdout]).toEqual([1, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff])
  })

  test('what cannot be', async () => {
    const ragged = pipe(['-', '-', '--type', 'd'], Buffer.alloc(13))
    expect([ragged.status, String(ragged.stderr)]).toEqual([
      4,
      'mmap-array: the last 5 bytes are not a whole element\n',
    ])
    expect(await failure(2, ['convert', '-', scope.path('a')], { input: '' })).toContain('--type')
    expect(await failure(2, ['convert', '-', scope.path('a'), '--from', 'npy'], { input: '' })).toContain(
      'standard input',
    )
    expect(await failure(2, ['convert', make(scope, 'a.f64', 'd', [1]), '-', '--to', 'npy'])).toContain('counts')
  })
})

test('bytes of a file that are no element are an error', async () => {
  const file = scope.file(Buffer.alloc(13), 'a.f64')
  expect(await failure(4, ['convert', file, scope.path('b.csv')])).toContain('the last 5 bytes')
  expectNoTraceOf('b.csv')
  await convert(file, scope.path('c.csv'), '--offset', '10', '--from-type', 'B')
  expect(fs.readFileSync(scope.path('c.csv'), 'utf8')).toBe('0\n0\n0\n')
})

describe('a first line', () => {
  // What broke: a value was left out, and all that followed stood one place too early.
  test('whose value is missing, or mistyped, is no title', async () => {
    for (const [text, ...words] of [
      ['1,NA\n2,5\n', '--column', '2'],
      ['1,\n2,5\n', '--column', '2'],
      ['a,\nb,5\n', '--column', '2'],
      ['1O\n2\n'],
      ['"1,234"\n999\n'],
      ['0x10\n1\n'],
      [' -.5.\n1\n'],
    ]) {
      const file = scope.file(text, 'a.csv')
      expect(await failure(4, ['convert', file, scope.path('b.f64'), ...words]), text).toMatch(
        /a\.csv, line 1, column \d: .*(?: is not a number|missing)/,
      )
      expectNoTraceOf('b.f64')
    }
  })

  test('of names is one where the name is a number, too', async () => {
    const file = scope.file('country,2020,2021\nA,1,2\nB,3,4\n', 'a.csv')
    await convert(file, scope.path('b.f64'), '--title', '2021')
    expect(read(scope.path('b.f64'), 'd')).toEqual([2, 4])
    expect(await failure(2, ['convert', scope.path('b.f64'), scope.path('c.csv'), '--header', '2021'])).toContain(
      'title',
    )
  })

  test('that begins like a number is no title of nothing', async () => {
    expect(await failure(4, ['convert', scope.file('1 2 3\n', 'a.csv'), scope.path('b.f64')])).toContain(
      "line 1, column 1: '1 2 3' is not a number",
    )
    expectNoTraceOf('b.f64')
  })

  test('is a title of nothing, of an empty file too', async () => {
    await convert(make(scope, 'a.f64', 'd', []), scope.path('b.csv'), '--header', 'close')
    expect(fs.readFileSync(scope.path('b.csv'), 'utf8')).toBe('close\n')
    await convert(scope.path('b.csv'), scope.path('c.f64'), '--titles')
    expect(fs.statSync(scope.path('c.f64')).size).toBe(0)
  })

  test('may follow a byte order mark', async () => {
    const file = scope.file('\uFEFFclose,b\n1,2\n', 'a.csv')
    await convert(file, scope.path('b.f64'), '--column', 'close')
    expect(read(scope.path('b.f64'), 'd')).toEqual([1])
  })
})

describe('the target', () => {
  test('keeps its permissions', async () => {
    const [file, target] = [make(scope, 'a.f64', 'd', [1]), make(scope, 'b.f64', 'd', [2, 3])]
    for (const mode of [0o600, 0o664, 0o400]) {
      fs.chmodSync(target, mode)
      await convert(file, target, '--force')
      expect(fs.statSync(target).mode & 0o777).toBe(mode)
    }
  })

  test("is nobody else's to read while it is written", async () => {
    const target = make(scope, 'b.f64', 'd', [2, 3])
    fs.chmodSync(target, 0o600)
    const child = spawn(process.execPath, [TOOL, 'convert', '-', target, '--from', 'csv', '--force'])
    const exit = once(child, 'exit')
    child.stdin.write('1\n')
    const unfinished = await vi.waitUntil(
      () => fs.readdirSync(scope.directory).find((name) => name.endsWith('.unfinished')),
      { timeout: 60_000 },
    )
    expect(fs.statSync(scope.path(unfinished)).mode & 0o777).toBe(0o600)
    child.stdin.end()
    expect(await exit).toEqual([0, null])
    expect(read(target, 'd')).toEqual([1])
  })

  test('may be behind a link that leads elsewhere', async () => {
    const file = make(scope, 'a.f64', 'd', [1])
    fs.mkdirSync(scope.path('far/sub'), { recursive: true })
    fs.symlinkSync(scope.path('far/sub'), scope.path('link'))
    await convert(file, `${scope.path('link')}/../b.f64`)
    expect(read(scope.path('far/b.f64'), 'd')).toEqual([1])
  })

  test('may have the longest name there is, and any', async () => {
    const file = make(scope, 'a.f64', 'd', [1])
    for (const name of [`${'n'.repeat(251)}.f64`, 'y.constructor', `${'é'.repeat(125)}.npy`]) {
      await convert(file, scope.path(name))
      expect(fs.existsSync(scope.path(name)), name).toBe(true)
    }
    expect(await failure(3, ['convert', file, scope.path('n'.repeat(256))])).toContain('ENAMETOOLONG')
  })

  test('is not replaced unless it is said', async () => {
    const [file, target] = [make(scope, 'a.f64', 'd', [1]), make(scope, 'b', 'd', [2, 3])]
    expect(await failure(2, ['convert', file, target])).toContain('--force')
    expect(read(target, 'd')).toEqual([2, 3])
    await convert(file, target, '--force')
    expect(read(target, 'd')).toEqual([1])
    await convert(target, target, '--force', '--from-type', 'f64', '--type', 'int8')
    expect(fs.readFileSync(target)).toEqual(Buffer.of(1))
  })

  test('is no device, no directory and no link', async () => {
    const file = make(scope, 'a.f64', 'd', [1])
    fs.symlinkSync(file, scope.path('link'))
    for (const target of ['/dev/null', scope.directory, scope.path('link')]) {
      expect(await failure(2, ['convert', file, target, '--force'])).toContain('so it cannot be replaced')
    }
    expect(read(file, 'd')).toEqual([1])
    expect(await failure(3, ['convert', file, scope.path('none/b.f64')])).toContain('ENOENT')
  })

  test('is as it was where the conversion is ended in the middle', async () => {
    const target = make(scope, 'b.f64', 'd', [2, 3])
    for (const signal of ['SIGINT', 'SIGQUIT', 'SIGTERM']) {
      const child = spawn(process.execPath, [TOOL, 'convert', '-', target, '--from', 'csv', '-f'], {
        stdio: ['pipe', 'ignore', 'inherit'],
      })
      child.stdin.write('1\n2\n')
      const isUnderWay = () => fs.readdirSync(scope.directory).some((name) => name.endsWith('.unfinished'))
      while (!isUnderWay()) await new Promise((turn) => setImmediate(turn))
      child.kill(signal)
      // Which a shell calls 128 and its number.
      expect(await once(child, 'exit')).toEqual([null, signal])
      expect(fs.readdirSync(scope.directory)).toEqual(['b.f64'])
      expect(read(target, 'd')).toEqual([2, 3])
    }
  })
})

test('ends at a signal where it waits for the other end of a pipe', async () => {
  const pipe = scope.path('pipe')
  expect(spawnSync('mkfifo', [pipe]).status).toBe(0)
  const child = spawn(process.execPath, [TOOL, 'convert', pipe, scope.path('b.f64'), '--from', 'csv'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  // Its writer's opening waits for it.
  const writer = spawn('sh', ['-c', 'exec 3> "$1"; echo open; exec sleep 60', 'sh', pipe], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(writer.stdout, 'data')
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([null, 'SIGTERM'])
  writer.kill()
})

describeOnSmallDisk('a full disk', () => {
  test('leaves no half file', async () => {
    const file = make(scope, 'a.f64', 'd', new Float64Array(600_000))
    const disk = scope.path('disk')
    fs.mkdirSync(disk)
    const body = `
      import { spawnSync } from 'node:child_process'
      const [, cwd, file] = process.argv
      for (const name of ['b.f32', 'b.npy', 'b.csv', 'b.jsonl']) {
        const words = [${JSON.stringify(TOOL)}, 'convert', file, name, '--type', name === 'b.f32' ? 'f32' : 'f64']
        const { status, stderr } = spawnSync(process.execPath, words, { cwd, encoding: 'utf8' })
        console.log(status, /ENOSPC/.test(stderr), fs.readdirSync(cwd).length)
      }`
    const { stdout } = await runOnSmallDisk(disk, '1m', body, file)
    expect(stdout.trim().split('\n')).toEqual(Array.from({ length: 4 }, () => '3 true 0'))
  })

  // What broke: room for many elements was taken, however few there were.
  test('takes what fits', async () => {
    const file = make(scope, 'a.f64', 'd', [1, 2, 3])
    const disk = scope.path('disk')
    fs.mkdirSync(disk)
    const body = `
      import { spawnSync } from 'node:child_process'
      const [, cwd, file] = process.argv
      fs.writeFileSync(cwd + '/filling', new Uint8Array(2 ** 20 - 60_000))
      for (const name of ['b.f64', 'b.NPY', 'b.csv']) {
        const { status } = spawnSync(process.execPath, [${JSON.stringify(TOOL)}, 'convert', file, name], { cwd })
        console.log(status, fs.statSync(cwd + '/' + name).size)
      }`
    const { stdout } = await runOnSmallDisk(disk, '1m', body, file)
    expect(stdout).toBe('0 24\n0 152\n0 6\n')
  })
})
