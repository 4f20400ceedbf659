// convert reads numbers from text exactly: integers without a double in between, floats rounded once to their type, dates as NumPy has them.
import fs from 'node:fs'
import { describe, expect, test } from 'vitest'
import { npyBytes } from './support/npy.js'
import { useScope } from './support/scope.js'
import { failure, make, read, tool } from './support/tool.js'

const scope = useScope()
/** Between the greatest double and the next one, which is none. */
const MIDDLE = 2n ** 1024n - 2n ** 970n

/** What each text becomes, read as CSV or as JSON lines. */
async function readAs(format, texts, ...words) {
  const [path, target] = [scope.file(texts.map((text) => `${text}\n`).join('')), scope.path()]
  const titles = format === 'csv' ? ['--no-titles'] : []
  const { code, stderr } = await tool(['convert', path, target, '--from', format, '--to', 'jsonl', ...titles, ...words])
  expect(code, stderr).toBe(0)
  return fs.readFileSync(target, 'utf8').split('\n').slice(0, -1)
}
const refusal = (format, text, ...words) =>
  failure(4, ['convert', scope.file(`${text}\n`), scope.path(), '--from', format, ...words])

describe.each(['csv', 'jsonl'])('an integer in %s', (format) => {
  test.each([
    '4503599627370495.75',
    '9007199254740990.6',
    '0.99999999999999995',
    '1e-400',
    '-0.1',
    '1.5e0',
    '12.345e2',
  ])('with a fraction is an error: %s', async (text) => {
    const message = await refusal(format, text, '--type', 'i64')
    expect(message).toContain(`line 1`)
    expect(message).toContain(`'${text}' has a fraction; --round nearest`)
  })

  test('is exact however it is written', async () => {
    const texts = {
      '1.6e18': '1600000000000000000',
      '9007199254740993.0': '9007199254740993',
      '9.223372036854775807e+18': '9223372036854775807',
      '-9223372036854775808.000': '-9223372036854775808',
      '0.0000e-999999999999': '0',
      '-0': '0',
      '1000000000000000000000000e-20': '10000',
      '0.00000000000000000001e20': '1',
    }
    expect(await readAs(format, Object.keys(texts), '--type', 'i64')).toEqual(Object.values(texts))
    expect(await readAs(format, ['1e19', '18446744073709551615'], '--type', 'u64')).toEqual([
      '10000000000000000000',
      '18446744073709551615',
    ])
  })

  test.each([
    ['i64', '9223372036854775808'],
    ['i64', '1e999999999999'],
    ['u64', '-1'],
    ['u64', '18446744073709551615.0000e1'],
    ['u8', '256'],
    ['i8', '-129'],
    ['i32', '2147483648'],
  ])('that %s does not hold is an error: %s', async (type, text) => {
    expect(await refusal(format, text, '--type', type)).toContain(
      `'${text}' does not fit ${type.replace('i', 'int').replace(/^u/, 'uint')}`,
    )
  })

  test('is rounded as --round says', async () => {
    const texts = [
      '4503599627370495.75',
      '0.5',
      '1.5',
      '-0.5',
      '-1.5',
      '2.50000000000000000000000001',
      '1e-400',
      '-1e-400',
      '7',
    ]
    const rounded = {
      nearest: [4503599627370496, 0, 2, 0, -2, 3, 0, 0, 7],
      floor: [4503599627370495, 0, 1, -1, -2, 2, 0, -1, 7],
      ceil: [4503599627370496, 1, 2, 0, -1, 3, 1, 0, 7],
      trunc: [4503599627370495, 0, 1, 0, -1, 2, 0, 0, 7],
    }
    for (const [how, values] of Object.entries(rounded)) {
      expect(await readAs(format, texts, '--type', 'i64', '--round', how), how).toEqual(values.map(String))
    }
    expect(await refusal(format, '127.5', '--type', 'i8', '--round', 'nearest')).toContain("'127.5' does not fit int8")
  })

  test('that loses digits to float64 is an error where nobody asked for float64', async () => {
    expect(await refusal(format, '1234567890123456789')).toContain(
      "'1234567890123456789' has more digits than float64: --type i64 keeps them",
    )
    expect(await refusal(format, '12345678901234567890')).toContain('--type u64 keeps them')
    expect(await refusal(format, '12345678901234567890123')).toContain('no type keeps them')
    // What broke: what a double is printed as stood for the double, and times in nanoseconds were changed.
    expect(await refusal(format, '1700000000000001000')).toContain('--type i64 keeps them')
    expect(await refusal(format, '9007199254740993.0')).toContain('--type i64 keeps them')
    expect(await readAs(format, ['1.152921504606847e18'])).toEqual(['1152921504606846976'])
    expect(await readAs(format, ['1234567890123456789'], '--type', 'f64')).toEqual(['1234567890123456768'])
    // What other programs print a double as is one.
    expect(await readAs(format, ['123456789012345670000', '9007199254740992'])).toEqual([
      '123456789012345667584',
      '9007199254740992',
    ])
  })
})

// What broke: 2^60 was written as 1152921504606847000, its fewest digits, which is another integer.
test.each(['csv', 'jsonl'])('a whole float beyond 2^53 has all of its digits in %s', async (format) => {
  const whole = [2 ** 60, -(2 ** 63), 2 ** 53 + 2, 2 ** 64 - 2048, 1e20]
  const floats = make(scope, 'a.f64', 'd', [...whole, 2 ** 53 - 1, 0.1, 1e21, -0])
  const text = scope.path(`a.${format}`)
  expect((await tool(['convert', floats, text])).code).toBe(0)
  const digits = whole.map((number) => String(BigInt(number)))
  const expected = [...digits, '9007199254740991', '0.1', '1e+21', '-0']
  expect(fs.readFileSync(text, 'utf8')).toBe(expected.map((line) => `${line}\n`).join(''))
  expect((await tool(['convert', text, scope.path('b.f64'), '--force'])).code).toBe(0)
  expect(fs.readFileSync(scope.path('b.f64'))).toEqual(fs.readFileSync(floats))

  const singles = make(scope, 'a.f32', 'f', [2 ** 60, 2 ** 63])
  expect((await tool(['convert', singles, text, '--force'])).code).toBe(0)
  expect((await tool(['convert', text, scope.path('b.u64')])).code).toBe(0)
  expect(read(scope.path('b.u64'), 'Q')).toEqual([2n ** 60n, 2n ** 63n])
})

test('--round is for integers, and rounds those of files too', async () => {
  const file = make(scope, 'a.f64', 'd', [0.5, 1.5, -1.5, 2.6])
  expect((await tool(['convert', file, scope.path('b.i32'), '--round', 'nearest'])).code).toBe(0)
  expect(read(scope.path('b.i32'), 'i')).toEqual([0, 2, -2, 3])
  expect(await failure(2, ['convert', file, scope.path('c.f32'), '--round', 'nearest'])).toContain('--round')
  expect(await failure(2, ['convert', file, scope.path('c.i32'), '--round', 'up'])).toContain('nearest, floor')
})

describe.each(['csv', 'jsonl'])('a float in %s', (format) => {
  test.each([
    ['f64', '1e400'],
    ['f64', `1${'0'.repeat(400)}`],
    ['f64', String(MIDDLE)],
    ['f64', '-1.7976931348623159e308'],
    ['f32', '1e39'],
    ['f32', '3.4028235677973366163753939545814256844800e38'],
    ['f16', '70000'],
    ['f16', '-65520'],
  ])('that is too large for %s is an error: %s', async (type, text) => {
    expect(await refusal(format, text, '--type', type)).toMatch(/line 1.*'-?[\d.e]+…?' is too large for float\d\d/)
  })

  test('just below that is the greatest, and what is too small is zero', async () => {
    const text = '3.4028235677973366163753939545814256844799e38'
    expect(await readAs(format, [text, '1e-400', '-1e-50'], '--type', 'f32')).toEqual(['3.4028235e+38', '0', '-0'])
    expect(await readAs(format, ['65519.99999999999999999999', '1e-30'], '--type', 'f16')).toEqual(['65504', '0'])
    expect(await readAs(format, [String(MIDDLE - 1n), '1e-400'], '--type', 'f64')).toEqual([
      '1.7976931348623157e+308',
      '0',
    ])
  })

  test('is rounded once, in the middle of two doubles too', async () => {
    // 2 ** 53 + 1 is such a middle. 900 digits are more than parsers tend to look at.
    const middle = `9007199254740993.${'0'.repeat(900)}`
    expect(await readAs(format, [middle, `${middle}1`], '--type', 'f64')).toEqual([
      '9007199254740992',
      '9007199254740994',
    ])
    // A double in between would be 1 + 2 ** -24, the middle of two of float32, which is even below.
    expect(await readAs(format, ['1.0000000596046447753906250000001'], '--type', 'f32')).toEqual(['1.0000001'])
    expect(await readAs(format, ['1.0004882812500000000000000000001'], '--type', 'f16')).toEqual(['1.001'])
  })
})

test('infinity and NaN are read as Python reads them', async () => {
  const texts = ['inf', 'Infinity', '-INF', '+infinity', 'nan', '-NaN']
  const values = ['"Infinity"', '"Infinity"', '"-Infinity"', '"Infinity"', '"NaN"', '"NaN"']
  for (const type of ['f16', 'f32', 'f64']) {
    expect(await readAs('csv', texts, '--type', type)).toEqual(values)
    expect(
      await readAs(
        'jsonl',
        texts.map((text) => `"${text}"`),
        '--type',
        type,
      ),
    ).toEqual(values)
  }
  for (const text of ['infinite', 'in f', '--inf', '1e', '1_000', '0x10', '1d5', '１', '1,5', '+-1', '1e5.5', '']) {
    expect(await refusal('csv', `1\n${text}\n2`, '--no-titles'), text).toMatch(/line 2, column 1/)
  }
})

test('a float of a file that its new type makes infinite is an error', async () => {
  const file = make(scope, 'a.f64', 'd', [1, 1e39, Infinity])
  expect(await failure(4, ['convert', file, scope.path('b.f32')])).toContain(
    'element 1: 1e+39 is too large for float32',
  )
  expect(await failure(4, ['convert', file, scope.path('b.f16')])).toContain('element 1')
})

describe('a member of JSON objects', () => {
  const lines = (...texts) => texts
  test('is read from its own text', async () => {
    const objects = lines(
      '{"id": 9007199254740993, "v": {"id": 1}, "s": "\\"id\\": 2"}',
      '{"v":[{"id":3}],"id":"7"}',
      String.raw`{"\u0069d" : 1.6e18 }`,
    )
    expect(await readAs('jsonl', objects, '--column', 'id', '--type', 'i64')).toEqual([
      '9007199254740993',
      '7',
      '1600000000000000000',
    ])
  })

  test('is not read from comments and from lines that are left out', async () => {
    const texts = ['ids', '# {"id":1}', '{"id":2}', '{"id":3}']
    expect(await readAs('jsonl', texts, '--column', 'id', '--comment', '#', '--skip-lines', '1')).toEqual(['2', '3'])
    expect(
      await refusal('jsonl', 'ids\n#\n{"id":"x"}', '--column', 'id', '--comment', '#', '--skip-lines', '1'),
    ).toContain('line 3')
  })

  test('is not swallowed by a comment with a carriage return in it', async () => {
    const message = await refusal('jsonl', '#c\r{"a":1}\n{"a":2}', '--column', 'a', '--comment', '#')
    expect(message).toContain('line 1: a carriage return (CR) without a line feed')
    expect(await readAs('jsonl', ['#c\r', '{"a":1}\r'], '--column', 'a', '--comment', '#')).toEqual(['1'])
  })

  test('may be missing', async () => {
    const objects = ['{"a":1}', '', '{"a":null}', '{"b":2}', '{"a":"NA"}', '{"a":3}']
    expect(await readAs('jsonl', objects, '--column', 'a', '--missing', 'skip')).toEqual(['1', '3'])
    expect(await readAs('jsonl', objects, '--column', 'a', '--missing', '0')).toEqual(['1', '0', '0', '0', '3'])
    expect(await refusal('jsonl', '{"a":1}\n{"a":null}', '--column', 'a')).toContain("line 2, 'a': 'null' stands for")
    expect(await refusal('jsonl', '{"a":1,"b":2}', '--column', 'c')).toContain(
      "line 1, 'c': there is no 'c' among 'a', 'b'",
    )
  })

  test('is an error where no object has it, whatever --missing says', async () => {
    for (const words of [
      ['--missing', 'skip'],
      ['--missing', '0'],
      ['--missing', '0', '--range', '0:1'],
    ]) {
      const message = await refusal('jsonl', '\n{"a":1,"b":2}\n{"c":1}', '--column', 'd', '--to', 'jsonl', ...words)
      expect(message).toContain("no object has a member 'd'; the first, of line 2, has 'a', 'b'")
    }
    expect(await refusal('jsonl', '{}', '--column', 'd', '--missing', '0')).toContain('has none')
    const last = [...Array.from({ length: 30_000 }, () => '{"a":1}'), '{"d":null}']
    expect(await readAs('jsonl', last, '--column', 'd', '--missing', '0')).toEqual(last.map(() => '0'))
    expect(await readAs('jsonl', [''], '--column', 'd', '--missing', '0')).toEqual([])
  })

  test('is an error where it is none', async () => {
    for (const text of ['{"a":1,"a":2}', '[1]', '5', '{"a":{}}', '{"a":true}', '{"a":[1]}', '{"a":1']) {
      expect(await refusal('jsonl', text, '--column', 'a'), text).toContain("line 1, 'a'")
    }
    expect(await refusal('jsonl', '{"a":1}')).toContain('is an object: --column names the member to read')
    // What broke: the error told users to give --column, which they had given.
    const nested = await refusal('jsonl', '{"a":{"b":1}}', '--column', 'a')
    expect(nested).toContain(`'{"b":1}' is not a number`)
    expect(nested).not.toContain('--column')
    expect(await refusal('jsonl', '1\n\n2')).toContain('line 2: a value is missing')
    expect(await refusal('jsonl', 'null')).toContain("'null' stands for a missing value")
  })
})

describe('characters', () => {
  const refused = (bytes, ...words) =>
    failure(4, ['convert', scope.file(bytes), scope.path(), '--from', 'jsonl', '--type', 'w', ...words])

  test.each([
    ['Latin-1', Buffer.from('"a"\n"\xe9"\n"b"\n', 'latin1'), 2],
    ['half a character at the end', Buffer.from('"a"\n"\xe2\x82', 'latin1'), 2],
    ['a surrogate', Buffer.from('"a"\n\n"\xed\xa0\x80"\n', 'latin1'), 3],
  ])('that are no UTF-8 are an error: %s', async (_, bytes, line) => {
    expect(await refused(bytes)).toContain(`, line ${line}: this is not UTF-8`)
  })

  test('that are no UTF-8 far from the beginning are an error of their line', async () => {
    const bytes = Buffer.concat([Buffer.from('"€"\n'.repeat(100_000)), Buffer.from([0x22, 0xff, 0x22])])
    expect(await refused(bytes)).toContain(', line 100001: this is not UTF-8')
  })

  test('are read wherever the pieces of the file end', async () => {
    const texts = Array.from({ length: 60_000 }, (_, n) => JSON.stringify(['€', '😀', '\uFFFD', 'é', 'a'][n % 5]))
    expect(await readAs('jsonl', texts, '--type', 'w')).toEqual(texts)
  })
})

describe('dates', () => {
  const dates = (texts, unit, ...words) => readAs('csv', texts, '--dates', unit, ...words)

  test('become integers of the unit, since 1970', async () => {
    const texts = [
      '2024-02-29',
      '1969-12-31T23:59:59.999Z',
      '2024-03-01 12:34:56.789',
      '2024-03-01T01:00+01:00',
      '1970-01',
      '9999-12-31',
    ]
    const values = texts
      .slice(0, 4)
      .map((text) => String(Date.parse(/Z|\+/.test(text) || text.length === 10 ? text : `${text.replace(' ', 'T')}Z`)))
    expect(await dates(texts, 'ms')).toEqual([...values, '0', String(Date.parse('9999-12-31'))])
    expect(await dates(['2024-03-01T12:34:56.123456789'], 'ns')).toEqual(['1709296496123456789'])
    expect(await dates(['1970-01-03', '1969-12-31'], 'D')).toEqual(['2', '-1'])
    const target = scope.path('dates.i64')
    await tool(['convert', scope.file('day\n1970-01-02\n'), target, '--from', 'csv', '--dates', 'h'])
    expect(read(target, 'q')).toEqual([24n])
  })

  test('finer than the unit are an error, or what --round says', async () => {
    expect(await refusal('csv', '2024-03-01T12:34', '--dates', 'D')).toContain(
      "'2024-03-01T12:34' is finer than the unit D",
    )
    const texts = ['1970-01-01T12:00', '1970-01-02T12:00', '1969-12-31T18:00']
    expect(await dates(texts, 'D', '--round', 'nearest')).toEqual(['0', '2', '0'])
    expect(await dates(texts, 'D', '--round', 'floor')).toEqual(['0', '1', '-1'])
    expect(await dates(texts, 'D', '--round', 'ceil')).toEqual(['1', '2', '0'])
    expect(await dates(texts, 'D', '--round', 'trunc')).toEqual(['0', '1', '0'])
  })

  test('are not missing because of the integers that they become', async () => {
    const words = ['--missing', 'skip', '--missing-text', '0', '--missing-text', '-1']
    expect(await dates(['1970-01-01', '0', '1969-12-31', '-1.0', '1970-01-03'], 'D', ...words)).toEqual([
      '0',
      '-1',
      '2',
    ])
  })

  test('that are none are errors', async () => {
    for (const text of [
      '2023-02-29',
      '2024-13-01',
      '2024-1-1',
      '01/02/2024',
      '20240301',
      '2024',
      '2024-03-01T24:00',
      '2024-03-01T12:60',
      'today',
      '2024-03-01T12:00+25:00',
      '5',
    ]) {
      expect(await refusal('csv', `2024-01-01\n${text}`, '--dates', 's'), text).toContain(
        `line 2, column 1: '${text}' is not a date`,
      )
    }
    expect(await refusal('csv', '2500-01-01', '--dates', 'ns')).toContain('does not fit int64')
    expect(await dates(['NaT', '1970-01-01'], 's', '--missing', 'NaT')).toEqual([String(-(2n ** 63n)), '0'])
    const words = ['convert', scope.file('2024-01-01\n'), scope.path('x.f64'), '--from', 'csv']
    expect(await failure(2, [...words, '--dates', 's'])).toContain('--dates makes int64')
    expect(await failure(2, [...words.with(2, scope.path('x')), '--dates', 'w'])).toContain('D, h, m, s')
  })
})

describe('the end of a name', () => {
  test.each([
    ['u8', 1],
    ['i8', 1],
    ['i16', 2],
    ['f16', 2],
    ['u64', 8],
    ['bin', 8],
    ['constructor', 8],
  ])('.%s is a type of %i bytes', async (ending, size) => {
    const target = scope.path(`out.${ending}`)
    expect((await tool(['convert', scope.file('1.0\n', 'a.csv'), target])).code).toBe(0)
    expect(fs.statSync(target).size).toBe(size)
  })

  test.each([
    ['f8', 'there is no float8, because the size counts bits. If you mean 8 bytes, it is float64: write f64 or <f8'],
    ['u4', 'it is uint32: write u32 or <u4'],
    ['i1', 'it is int8: write i8 or <i1'],
    ['I32', 'did you mean int32?'],
    ['double', 'did you mean float64?'],
    ['long', 'did you mean int64?'],
    ['bool', "write u8 for bytes of 0 and 1, or --type '|b1'"],
    ['int32_t', 'did you mean int32?'],
    ['uint_fast16_t', 'did you mean uint16?'],
    ['unsigned_int', 'did you mean uint32?'],
    ['f32le', 'did you mean float32?'],
    ['f64be', 'did you mean float64?, and elements lie in the byte order of this machine'],
    ['s16le', 'did you mean int16?'],
    ['si32', 'did you mean int32?'],
    ['d64', 'did you mean float64?'],
    ['real8', 'it is float64: write f64 or <f8'],
    ['r8', 'it is float64: write f64 or <f8'],
    ['dbl', 'did you mean float64?'],
    ['flt', 'did you mean float32?'],
    ['single', 'did you mean float32?'],
    ['longlong', 'did you mean int64?'],
    ['word', 'did you mean uint16?'],
    ['bytes', 'did you mean uint8?'],
    ['bool_', 'write u8'],
    ['bf16', 'types are i8, u8,'],
    ['bfloat16', 'types are i8, u8,'],
    ['float8_e4m3fn', 'types are i8, u8,'],
    ['cf32', 'types are i8, u8,'],
    ['Float64Array', 'did you mean float64?'],
    ['i128', 'there is no int128'],
    ['Float64', 'did you mean float64?'],
    ['complex256', 'looks like a type but is not one'],
    ['c', 'give --type'],
    ['h', 'give --type'],
    ['d', 'give --type'],
  ])('.%s is an error without --type', async (ending, message) => {
    const text = scope.file('1.0\n', 'a.csv')
    const target = scope.path(`out.${ending}`)
    expect(await failure(2, ['convert', text, target])).toContain(message)
    expect(fs.existsSync(target)).toBe(false)
    expect((await tool(['convert', text, target, '--type', 'f32'])).code).toBe(0)
    expect(fs.statSync(target).size).toBe(4)
    expect(await failure(2, ['head', target])).toContain(message)
  })

  test.each(['bin', 'dat', 'chart', 'points', 'hint', 'realtime', 'shortlist', '001'])(
    '.%s says nothing, and text becomes float64',
    async (ending) => {
      const target = scope.path(`out.${ending}`)
      expect((await tool(['convert', scope.file('1.0\n', 'a.csv'), target])).code).toBe(0)
      expect(fs.statSync(target).size).toBe(8)
    },
  )

  // What broke: float32 in b.f64, which is read as float64, where --type was meant for the raw file.
  test('that --type contradicts is an error', async () => {
    const [text, raw] = [scope.file('1.0\n', 'a.csv'), make(scope, 'a.bin', 'f', [1])]
    for (const file of [text, raw]) {
      const message = await failure(2, ['convert', file, scope.path('b.f64'), '--type', 'f32'])
      expect(message).toMatch(/b\.f64 says float64, and --type says float32; --from-type gives the type of a raw FILE$/)
    }
    expect((await tool(['convert', raw, scope.path('b.f64'), '--from-type', 'f32'])).code).toBe(0)
    expect(read(scope.path('b.f64'), 'd')).toEqual([1])
    expect((await tool(['convert', raw, scope.path('c.f32'), '--type', '<f4'])).code).toBe(0)
    expect(await failure(2, ['convert', text, scope.path('d'), '--from-type', 'f32'])).toContain('--from-type needs')
  })

  test.each(['|u1', '<i8', '<f8', '|i1'])('a byte count has the mark of NumPy: --type %s', async (type) => {
    const target = scope.path('out')
    expect((await tool(['convert', scope.file('1.0\n', 'a.csv'), target, '--type', type])).code).toBe(0)
    expect(fs.statSync(target).size).toBe(Number(type.at(-1)))
  })
})

test('--header is written so that it is read as one title', async () => {
  const file = make(scope, 'a.f64', 'd', [1.5])
  const target = scope.path('b.csv')
  expect((await tool(['convert', file, target, '--header', 'the "last", adjusted'])).code).toBe(0)
  expect(fs.readFileSync(target, 'utf8')).toBe('"the ""last"", adjusted"\n1.5\n')
  for (const title of ['5', 'nan', 'NA', '-', '(5)', '1st']) {
    expect(await failure(2, ['convert', file, scope.path('c.csv'), `--header=${title}`]), title).toContain('title')
  }
})

test('--header takes a title for each column, and none of them is read as an element', async () => {
  const { data, header } = { data: Buffer.from([1, 2, 3, 4, 5, 6]), header: { descr: "'|u1'", shape: '(2, 3)' } }
  const file = scope.file(npyBytes(header, { data }), 'a.npy')
  for (const [titles, wrong] of [
    ['x,2020,z', '2020'],
    ['x,nan,z', 'nan'],
    ['x,,z', ''],
    ['x,y,NA', 'NA'],
  ]) {
    const message = await failure(2, ['convert', file, scope.path('b.csv'), '--header', titles])
    expect(message).toBe(`--header takes titles, and '${wrong}' could be read as an element`)
  }
  expect((await tool(['convert', file, scope.path('c.tsv'), '--header', 'x,a\tb,z'])).code).toBe(0)
  expect(fs.readFileSync(scope.path('c.tsv'), 'utf8')).toBe('x\t"a\tb"\tz\n1\t2\t3\n4\t5\t6\n')
  const again = ['convert', scope.path('c.tsv'), '-', '--to', 'jsonl', '--column', 'a\tb']
  expect(await tool(again)).toMatchObject({ code: 0, stdout: '2\n5\n' })
})

test.each(['missing', 'missing-text', 'round', 'dates'])('--%s is for numbers, not for characters', async (name) => {
  const words = ['convert', scope.file('"a"\n', 'a.jsonl'), scope.path('b.npy'), '--type', 'w', `--${name}`, 'x']
  expect(await failure(2, words)).toContain(`--${name} is for numbers`)
})

test('--missing takes a value that begins with a minus', async () => {
  expect(await readAs('csv', ['1', 'NA'], '--missing', '-1')).toEqual(['1', '-1'])
})
