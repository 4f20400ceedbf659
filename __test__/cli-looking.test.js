// info, head, tail, get and diff: what they print, for people and for programs.
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { bytesBehind, open, requireWhole } from '../cli/opening.js'
import { run } from './support/processes.js'
import { npyBytes } from './support/npy.js'
import { useScope } from './support/scope.js'
import { TOOL, failure, make, printed, tool } from './support/tool.js'
import { TYPECODES, elements } from './support/typecodes.js'
import { PAGE } from './support/pages.js'

const scope = useScope()
const json = async (words, options) => JSON.parse(await printed([...words, '--json'], options))

describe('info', () => {
  test('says what a file holds', async () => {
    const file = make(scope, 'prices.f64', 'd', [1.5, -2, NaN, 4, Infinity])
    expect(await printed(['info', file])).toBe(`${file}
  type        float64 ('d')
  format      raw
  elements    5
  bytes       40
  file bytes  40
  least       -2
  greatest    Infinity
  sum         3.5
  mean        1.1666666666666667
  std dev     2.4608038433722332
  NaN         1
  infinite    1
`)
  })

  test('statistics of many numbers are those of a plain loop', async () => {
    const items = Array.from({ length: 200_001 }, (_, n) => Math.sin(n) * 1e3 + 1e9)
    const facts = await json(['info', make(scope, 'many.f64', 'd', items)])
    const mean = items.reduce((a, b) => a + b) / items.length
    const variance = items.reduce((sum, item) => sum + (item - mean) ** 2, 0) / items.length
    expect(facts).toMatchObject({
      min: items.reduce((a, b) => Math.min(a, b)),
      elements: 200_001,
      nan: 0,
      infinite: 0,
    })
    expect(facts.mean).toBeCloseTo(mean, 3)
    expect(facts.standardDeviation).toBeCloseTo(Math.sqrt(variance), 6)
  })

  test('integers are exact, of any size', async () => {
    const items = [2n ** 63n - 1n, -(2n ** 63n), ...Array.from({ length: 70_000 }, (_, n) => 2n ** 40n + BigInt(n))]
    const facts = await json(['info', make(scope, 'big.i64', 'q', items)])
    expect(facts).toMatchObject({ type: 'q', min: String(-(2n ** 63n)), max: String(2n ** 63n - 1n) })
    expect(facts.sum).toBe(String(items.reduce((a, b) => a + b)))
    const unsigned = await json(['info', make(scope, 'big.u64', 'Q', [2n ** 64n - 1n, 1n])])
    expect(unsigned).toMatchObject({ sum: String(2n ** 64n), mean: String(2n ** 63n), standardDeviation: 2 ** 63 })
  })

  // What broke: the mean was taken away from doubles, of which those beyond 2^53 are not the integers.
  test.each([
    ['q', [0n, 100n, 200n], 100n, 81.64965809277261],
    ['q', [0n, 1n, 3n], 1n, 1.247219128924647],
    ['Q', [0n, 1n, 3n], 1n, 1.247219128924647],
  ])('of large integers of %s has mean and deviation of the integers', async (code, distances, mean, deviation) => {
    const base = 1_700_000_000_000_000_000n
    const blocks = Array.from({ length: 60_000 }, () => distances).flat()
    for (const [name, items] of Object.entries({ few: distances, many: blocks })) {
      const file = make(
        scope,
        name,
        code,
        items.map((item) => base + item),
      )
      const facts = await json(['info', file, '--type', code])
      expect(facts.mean).toBe(String(base + mean))
      expect(facts.standardDeviation).toBeCloseTo(deviation, 10)
    }
  })

  test('of blocks with other means has mean and deviation of all', async () => {
    const base = 2n ** 62n
    const items = [...Array(65_536).fill(base + 1n), ...Array(65_536).fill(base + 5n), -base]
    const mean = Number(items.reduce((sum, item) => sum + item - base, 0n)) / items.length
    const variance = items.reduce((sum, item) => sum + (Number(item - base) - mean) ** 2, 0) / items.length
    const facts = await json(['info', make(scope, 'a.i64', 'q', items)])
    expect(facts.standardDeviation / Math.sqrt(variance)).toBeCloseTo(1, 12)
    const near = await json(['info', make(scope, 'b.i64', 'q', items.slice(0, -1))])
    expect(near).toMatchObject({ mean: String(base + 3n), standardDeviation: 2 })
  })

  test.each([
    [[1e308, 1e308], 1e308, 0],
    [[Number.MAX_VALUE, -Number.MAX_VALUE], 0, Number.MAX_VALUE],
    [[1e308, -1e308, 1e308, NaN, -Infinity], 1e308 / 3, Math.sqrt(8 / 9) * 1e308],
    [[1e-200, 3e-200], 2e-200, 1e-200],
    [[2 ** -1074, 3 * 2 ** -1074], 2 * 2 ** -1074, 2 ** -1074],
    [[1e17, 1e17 + 16, 1e17 + 32], 1e17 + 16, 13.063945294843617],
    [[1e16, 1, -1e16], 1 / 3, 8164965809277260],
  ])('of %j, which squares or sums would lose, has mean and deviation', async (items, mean, deviation) => {
    const facts = await json(['info', make(scope, 'a.f64', 'd', items)])
    // Of the last digits of a double, rounding decides.
    expect(facts.mean / (mean || 1)).toBeCloseTo(mean && 1, 14)
    expect(facts.standardDeviation / (deviation || 1)).toBeCloseTo(deviation && 1, 14)
  })

  test('scales what was added before a number that is too large for squares', async () => {
    const items = new Float64Array(200_000).fill(1)
    items[0] = 1e-250
    items[150_000] = 1e200
    const facts = await json(['info', make(scope, 'a.f64', 'd', items)])
    expect(facts.mean / 5e194).toBeCloseTo(1, 14)
    expect(facts.standardDeviation / (1e200 * Math.sqrt(1 / 2e5 - 1 / 4e10))).toBeCloseTo(1, 10)
  })

  test.each(TYPECODES)('typecode $code', async (type) => {
    const items = elements(type, 40)
    const facts = await json(['info', make(scope, 'file', type.code, items), '--type', type.code])
    expect(facts).toMatchObject({ type: type.code, elements: 40, bytes: 40 * type.itemsize })
    const isText = type.kind === 'character'
    expect('mean' in facts).toBe(!isText)
    if (!isText)
      expect([facts.min, facts.max]).toEqual(
        [items[0], items[39]].map((item) => (type.kind === 'bigint' ? String(item) : item)),
      )
  })

  test('empty files, files with something behind, headers, several dimensions', async () => {
    const empty = scope.file(Buffer.alloc(0), 'empty.f64')
    expect(await json(['info', empty])).toMatchObject({ elements: 0, bytes: 0 })
    const ragged = scope.file(Buffer.alloc(27), 'ragged.f64')
    expect(await json(['info', ragged, '--offset', '8'])).toMatchObject({ elements: 2, bytesBehind: 3 })
    const header = "{'descr': '<i4', 'fortran_order': False, 'shape': (2, 3), }"
    const bytes = Buffer.concat([
      Buffer.from(`\x93NUMPY\x01\0\x76\0${header.padEnd(117)}\n`, 'latin1'),
      Buffer.alloc(24),
    ])
    expect(await printed(['info', scope.file(bytes, 'grid.npy')])).toContain('shape       2 × 3')
    expect(await json(['info', make(scope, 'x.f64', 'd', [1]), '--no-stats'])).not.toHaveProperty('mean')
  })
})

describe('a .npy file with two arrays', () => {
  const NOTE = /^mmap-array: [^\n]*two\.npy holds more than one array: only the first is read\n$/
  const second = npyBytes({ shape: '(1,)' }, { data: Buffer.from(Int32Array.of(9).buffer) })

  // What broke: the second array was left out in silence.
  test.each([
    ["'<i4'", Int32Array.of(1, 2, 3)],
    ["'>i4'", Int32Array.of(1, 2, 3)],
    ["'<i4'", Int32Array.of(), '(0,)'],
  ])('of %s: every command says that it reads the first only', async (descr, elements, shape) => {
    const first = npyBytes({ descr, shape }, { data: Buffer.from(elements.buffer) })
    const path = scope.file(Buffer.concat([first, second]), 'two.npy')
    const commands = [
      ['convert', path, '-', '--to', 'csv'],
      ['diff', path, path],
    ]
    if (!descr.includes('>'))
      commands.push(['head', path], ['tail', path], ['info', path, '--json'], ['get', path, ':'])
    for (const words of commands) {
      const { code, stderr } = await tool(words)
      expect(code, `${words}`).toBe(0)
      expect(stderr.replace(/(.*\n)\1/, '$1'), `${words}`).toMatch(NOTE)
    }
  })

  test('of which one is all that is there, or that has other bytes behind it, is not noted', async () => {
    const first = npyBytes({}, { data: Buffer.from(Int32Array.of(1, 2, 3).buffer) })
    for (const [n, bytes] of [first, Buffer.concat([first, Buffer.alloc(20)]), first.subarray(0, -12)].entries()) {
      const { stderr } = await tool(['head', scope.file(bytes, `${n}.npy`)])
      expect(stderr).not.toContain('more than one array')
    }
  })
})

describe('head, tail and get', () => {
  test('print elements, a line each', async () => {
    const file = make(
      scope,
      'n.i32',
      'i',
      Array.from({ length: 100 }, (_, n) => n - 50),
    )
    expect(await printed(['head', file, '-n', '2'])).toBe('-50\n-49\n')
    expect(await printed(['tail', file])).toBe(`${[40, 41, 42, 43, 44, 45, 46, 47, 48, 49].join('\n')}\n`)
    expect(await printed(['tail', file, '-n', '0'])).toBe('')
    expect(await json(['head', file, '-n', '1000'])).toHaveLength(100)
    expect(await printed(['get', file, '-1', '0', '2:8:3', '-3:'])).toBe('49\n-50\n-48\n-45\n47\n48\n49\n')
    expect(await json(['get', file, '::-33', '5:2', '-1000:1', '98:1000'])).toEqual([49, 16, -17, -50, -50, 48, 49])
  })

  test('as Python has slices, across blocks', async () => {
    const items = Array.from({ length: 150_000 }, (_, n) => n)
    const file = make(scope, 'n.u32', 'I', items)
    expect(await json(['get', file, '::-1'])).toEqual(items.toReversed())
    expect(await json(['get', file, '::7'])).toEqual(items.filter((n) => n % 7 === 0))
    expect(await json(['get', file, '140000:3:-11'])).toEqual(
      items
        .slice(4, 140_001)
        .toReversed()
        .filter((_, n) => n % 11 === 0),
    )
  })

  test('big integers, halves, characters and what is no finite number', async () => {
    const big = make(scope, 'a.i64', 'q', [2n ** 60n + 1n])
    expect(await printed(['head', big])).toBe('1152921504606846977\n')
    expect(await json(['head', big])).toEqual(['1152921504606846977'])
    expect(await printed(['head', make(scope, 'a.f16', 'e', [0.5, -65504])])).toBe('0.5\n-65504\n')
    const floats = make(scope, 'a.f64', 'd', [NaN, -Infinity, -0])
    expect(await printed(['head', floats])).toBe('NaN\n-Infinity\n-0\n')
    expect(await printed(['head', floats, '--json'])).toBe('["NaN", "-Infinity", -0]\n')
    const text = make(scope, 'text', 'w', '𝄞a\n"')
    expect(await json(['head', text, '--type', 'w'])).toEqual(['𝄞', 'a', '\n', '"'])
    expect(await printed(['head', text, '--type', 'w'])).toBe('𝄞\na\n\\n\n\\"\n')
  })

  test('ends quietly where its reader has gone', async () => {
    const file = make(scope, 'zeros.f64', 'd', new Float64Array(400_000))
    const words = [
      process.execPath,
      new URL('../bin/mmap-array.js', import.meta.url).pathname,
      'head',
      '-n',
      '400000',
      file,
    ]
    const shown = execFileSync('sh', [
      '-c',
      '("$@"; echo "exit $?" >&2) 2>"$0" | head -n 1',
      scope.path('told'),
      ...words,
    ])
    expect(String(shown)).toBe('0\n')
    expect(fs.readFileSync(scope.path('told'), 'utf8')).toBe('exit 0\n')
  })
})

test('a standard output that is full is an error of one line', async () => {
  const file = make(scope, 'zeros.f64', 'd', new Float64Array(400_000))
  for (const words of [
    ['head', file],
    ['head', '-n', '400000', file],
    ['convert', file, '-', '--to', 'csv'],
    ['info', file],
  ]) {
    const full = fs.openSync('/dev/full', 'w')
    const { code, signal, stderr } = await run(process.execPath, [TOOL, ...words], { stdio: ['ignore', full, 'pipe'] })
    fs.closeSync(full)
    expect({ code, signal }, stderr).toEqual({ code: 3, signal: null })
    expect(stderr).toMatch(/^mmap-array: ENOSPC[^\n]*\n$/)
  }
})

describe('diff', () => {
  const differ = async (...words) => {
    const { code, signal, stdout } = await tool(['diff', ...words])
    expect({ code, signal }).toEqual({ code: 1, signal: null })
    return stdout
  }

  test('equal files, of the same and of different types', async () => {
    const items = Array.from({ length: 70_000 }, (_, n) => n)
    const file = make(scope, 'a.i32', 'i', items)
    expect(await printed(['diff', file, file])).toBe('equal: 70000 elements\n')
    const other = make(scope, 'b.f64', 'd', items)
    expect(await printed(['diff', file, other])).toBe('equal: 70000 elements, int32 and float64\n')
    expect(
      await printed(['diff', make(scope, 'c.f32', 'f', [NaN, -0]), make(scope, 'd.f64', 'd', [NaN, 0])]),
    ).toContain('equal')
  })

  test('the first difference and the largest', async () => {
    const file = make(scope, 'a.f64', 'd', [1, 2, 3, NaN])
    expect(await differ(file, make(scope, 'b.f64', 'd', [1, 2.5, 30, 4, 5]))).toBe(`lengths: 4 and 5
different: 3 of the 4 elements that both have
first: at 1, 2 and 2.5
largest: at 2, 3 and 30, 27 apart
`)
    const { code, stdout } = await tool(['diff', file, make(scope, 'c.f64', 'd', [1]), '--json'])
    expect([code, JSON.parse(stdout)]).toEqual([
      1,
      { equal: false, lengths: [4, 1], types: ['float64', 'float64'], different: 0 },
    ])
  })

  test('tolerances, and integers that doubles do not tell apart', async () => {
    const [a, b] = [make(scope, 'a.f64', 'd', [100, 1, Infinity]), make(scope, 'b.f64', 'd', [100.05, 1, Infinity])]
    expect(await printed(['diff', a, b, '--tolerance', '0.1'])).toContain('equal')
    expect(await printed(['diff', a, b, '--relative', '0.001'])).toContain('equal')
    expect(await differ(a, b, '--relative', '0.0001')).toContain('different: 1')
    const infinite = make(scope, 'c.f64', 'd', [100, 1, 5])
    expect(await differ(a, infinite, '--relative', '1')).toContain('first: at 2, Infinity and 5')
    const [big, other] = [make(scope, 'a.i64', 'q', [2n ** 60n]), make(scope, 'b.i64', 'q', [2n ** 60n + 1n])]
    expect(await differ(big, other)).toContain('1 apart')
    expect(await differ(big, make(scope, 'd.f64', 'd', [2 ** 60 + 2 ** 9]))).toContain('different: 1')
  })

  test('an integer and a double that is next to it, and what JSON has no number for', async () => {
    const odd = make(scope, 'odd.i64', 'q', [2n ** 53n + 1n, -(2n ** 63n)])
    expect(await differ(odd, make(scope, 'even.f64', 'd', [2 ** 53, -(2 ** 63)]))).toContain(
      'first: at 0, 9007199254740993 and 9007199254740992\nlargest: at 0, 9007199254740993 and 9007199254740992, 1 apart',
    )
    const file = make(scope, 'nan.f64', 'd', [NaN, -Infinity])
    const { stdout } = await tool(['diff', file, make(scope, 'n.f64', 'd', [1, 2]), '--json'])
    expect(JSON.parse(stdout)).toMatchObject({ first: { values: ['NaN', 1] }, largest: { distance: 'Infinity' } })
  })

  test('shows two numbers that differ with other digits', async () => {
    const integer = make(scope, 'a.i64', 'q', [2n ** 60n + 1n])
    for (const [name, code] of [
      ['b.f64', 'd'],
      ['b.f32', 'f'],
    ]) {
      const float = make(scope, name, code, [2 ** 60])
      expect(await differ(float, integer)).toContain('1152921504606846976 and 1152921504606846977, 1 apart')
      const { stdout } = await tool(['diff', integer, float, '--json'])
      const values = ['1152921504606846977', '1152921504606846976']
      expect(JSON.parse(stdout)).toMatchObject({ first: { values }, largest: { values, distance: 1 } })
    }
    const small = make(scope, 'c.i32', 'i', [7])
    expect(await differ(make(scope, 'b.f64', 'd', [2 ** 60]), small)).toContain('1152921504606846969 apart')
  })

  const number = (code, text) => (code === 'q' ? BigInt(text) : Number(text))

  // What broke: doubles were subtracted, and integers beyond 2^53 rounded before.
  test.each([
    ['q 9007199254740993', 'd 0.5', '--tolerance', '9007199254740992'],
    ['q 4611686018427387905', 'd -0.25', '--tolerance', '4611686018427387905'],
    ['i 1', 'd 1152921504606847232', '--tolerance', '1152921504606847230'],
    ['d 1152921504606846976', `d -${2 ** -20}`, '--tolerance', '1152921504606846976'],
    ['d 1', `d -${2 ** -60}`, '--tolerance', '1'],
    ['q 4611686018427387904', 'q 2305843009213693951', '--relative', '0.5'],
    ['d 0.3', 'd 0.1', '--tolerance', '0.19999999999999996'],
    ['d 1e308', 'd -1e308', '--relative', '1.9999999999999998'],
    ['d Infinity', 'd 1e308', '--relative', '3'],
  ])('of %s and %s are further apart than %s %s', async (one, other, ...words) => {
    const [[code, a], [otherCode, b]] = [one.split(' '), other.split(' ')]
    const files = [make(scope, 'a', code, [number(code, a)]), make(scope, 'b', otherCode, [number(otherCode, b)])]
    const said = await differ(...files, '--type', code, '--other-type', otherCode, ...words)
    expect(said).toContain('different: 1')
  })

  test.each([
    ['q 9007199254740993', 'd 0.5', '--tolerance', '9007199254740993'],
    ['i 1', 'd 1152921504606847232', '--tolerance', '1152921504606847231'],
    ['q 4611686018427387904', 'q 2305843009213693952', '--relative', '0.5'],
    ['d 1e308', 'd -1e308', '--relative', '2'],
    ['d 1e308', 'd -1e308', '--relative', '3'],
    ['d 5e-324', 'd 1.5e-323', '--relative', '0.75'],
    ['q 1', 'd 1e300', '--relative', 'Infinity'],
  ])('of %s and %s are not further apart than %s %s', async (one, other, ...words) => {
    const [[code, a], [otherCode, b]] = [one.split(' '), other.split(' ')]
    const files = [make(scope, 'a', code, [number(code, a)]), make(scope, 'b', otherCode, [number(otherCode, b)])]
    const said = await printed(['diff', ...files, '--type', code, '--other-type', otherCode, ...words])
    expect(said).toContain('equal: 1 elements')
  })

  test('says a distance that is larger than any double', async () => {
    const files = [make(scope, 'a.f64', 'd', [1e308]), make(scope, 'b.f64', 'd', [-1e308])]
    expect(await differ(...files)).toContain('1e+308 and -1e+308, 2e+308 apart')
    const { stdout } = await tool(['diff', ...files, '--json'])
    expect(JSON.parse(stdout)).toMatchObject({ largest: { distance: '2e+308' } })
  })

  test('its exit code answers also where nobody reads what it prints', async () => {
    const [file, other] = [make(scope, 'a.f64', 'd', [1]), make(scope, 'b.f64', 'd', [2])]
    const gone = `"$0" "$1" diff "$2" "$3" | true; exit "\${PIPESTATUS[0]}"`
    expect((await run('bash', ['-c', gone, process.execPath, TOOL, file, other])).code).toBe(1)
    expect((await run('bash', ['-c', gone, process.execPath, TOOL, file, file])).code).toBe(0)
  })

  test('bytes that are no element are an error', async () => {
    const [file, ragged] = [make(scope, 'a.f64', 'd', [1]), scope.file(Buffer.alloc(13), 'b.f64')]
    expect(await failure(4, ['diff', file, ragged])).toContain('b.f64: the last 5 bytes are not a whole element')
  })

  test('elements that others append after it was opened are none of them', () => {
    const array = open(make(scope, 'a.f64', 'd', [1, 2]), {})
    fs.appendFileSync(array.path, Buffer.alloc(16))
    expect(bytesBehind(array)).toBe(0)
    requireWhole(array)
    fs.appendFileSync(array.path, Buffer.alloc(3))
    expect(bytesBehind(array)).toBe(3)
    expect(() => requireWhole(array)).toThrow('3 bytes')
    expect(array.closed).toBe(true)
  })

  test('characters with characters only', async () => {
    const [text, other] = [make(scope, 'a', 'c', 'abc'), make(scope, 'b', 'w', 'abx')]
    expect(await differ(text, other, '--type', 'c', '--other-type', 'w')).toContain('first: at 2, "c" and "x"')
    expect(await failure(4, ['diff', text, make(scope, 'n', 'B', [1]), '--type', 'c', '--other-type', 'B'])).toContain(
      'characters',
    )
  })
})

test('a file that is cut while it is read is an error, not zeros', async () => {
  const file = make(scope, 'cut.f64', 'd', new Float64Array(1 << 20).fill(1))
  const whole = make(scope, 'whole.f64', 'd', new Float64Array(1 << 20).fill(1))
  // The array is mapped first, and cut before anything is read: no race.
  const body = `
    import { truncateSync } from 'node:fs'
    import { MmapArray } from ${JSON.stringify(new URL('../index.js', import.meta.url).href)}
    const open = MmapArray.open
    MmapArray.open = (...given) => { const array = open.apply(MmapArray, given); truncateSync(${JSON.stringify(file)}, ${PAGE}); return array }
    const { main } = await import(${JSON.stringify(new URL('../cli/main.js', import.meta.url).href)})
    process.exitCode = await main(process.argv.slice(1))`
  for (const words of [
    ['info', file],
    ['tail', file],
    ['get', file, '900000'],
    ['diff', file, whole],
    ['plot', file],
    ['convert', file, `${file}.npy`],
  ]) {
    fs.truncateSync(file, 8 << 20)
    const { code, signal, stderr } = await run(process.execPath, ['--input-type=module', '-e', body, '--', ...words])
    expect({ code, signal, stderr }, words[0]).toMatchObject({ code: 4, signal: null })
    expect(stderr, words[0]).toContain('ERR_MEMORY_FAULT')
  }
  expect(fs.readdirSync(scope.directory)).toEqual(['cut.f64', 'whole.f64'])
})

describe('a raw file that a program has reserved', () => {
  /** A file of three elements, reserved for a thousand. */
  function reserved() {
    const path = scope.path('log.f64')
    const array = scope.keep(MmapArray.open(path, 'd', { flags: 'w+', capacity: 1000 }))
    array.extend([1.5, 2.5, 3.5])
    return { path, array }
  }

  test('has no length and no statistics for info, which says so', async () => {
    const { path, array } = reserved()
    expect(await json(['info', path])).toEqual({
      file: path,
      format: 'raw',
      type: 'd',
      typeName: 'float64',
      reserved: true,
      fileBytes: 8000,
    })
    expect(await printed(['info', path])).toMatch(/^  reserved {4}by a program that appends/m)
    array.trim()
    expect(await json(['info', path])).toMatchObject({ elements: 3, mean: 2.5, fileBytes: 24 })
  })

  test.each([
    ['head', []],
    ['tail', ['-n', '2']],
    ['get', ['0']],
  ])('is refused by %s', async (command, words) => {
    const { path, array } = reserved()
    expect(await failure(4, [command, path, ...words])).toMatch(/a program has .* reserved/)
    array.close()
    expect(await printed([command, path, ...words])).toMatch(/5\n$/)
  })

  test('says the fields of its records, without numbers', async () => {
    const path = scope.path('trades.rec')
    scope.keep(MmapArray.open(path, { time: 'q', price: 'd' }, { flags: 'w+', capacity: 100 }))
    const facts = await json(['info', path, '--type', 'time:i64,price:f64'])
    expect(facts).toMatchObject({ reserved: true, fileBytes: 1600 })
    expect(facts.fields.map((field) => Object.keys(field))).toEqual(
      Array.from({ length: 2 }, () => ['name', 'type', 'typeName', 'offset']),
    )
  })
})
