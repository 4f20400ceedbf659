// Records at the command line: their type, their fields, tables, CSV and JSON lines, and complex numbers.
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { npyBytes } from './support/npy.js'
import { pythonWithNumpy } from './support/numpy.js'
import { useScope } from './support/scope.js'
import { failure, make, printed, read, startViewer, tool } from './support/tool.js'

const scope = useScope()

const TYPE = 'time:int64,price:float64,gain:float32[3]'
const FIELDS = { time: 'q', price: 'd', gain: ['f', 3] }
const ROWS = [
  { time: 1n, price: 1.5, gain: [1, 2, 0.1] },
  { time: 2n ** 60n + 1n, price: NaN, gain: [4, 5, 6] },
  { time: -3n, price: 2.5, gain: [7, 8, 9] },
]
const CSV = `time,price,gain[0],gain[1],gain[2]
1,1.5,1,2,0.1
1152921504606846977,NaN,4,5,6
-3,2.5,7,8,9
`
const JSON_LINES = `{"time":1,"price":1.5,"gain":[1,2,0.1]}
{"time":1152921504606846977,"price":"NaN","gain":[4,5,6]}
{"time":-3,"price":2.5,"gain":[7,8,9]}
`

const trades = (rows = ROWS, name = 'trades.rec') => make(scope, name, FIELDS, rows)
const write = (name, text) => {
  const path = scope.path(name)
  fs.writeFileSync(path, text)
  return path
}
const bytes = (path) => fs.readFileSync(path).toString('hex')
const json = async (words) => JSON.parse(await printed([...words, '--json']))

describe('a record type', () => {
  test.each([
    ['a:q,b:d', 'a:int64,b:float64'],
    ['a:int32 , b:<f4[2]', 'a:int32,b:float32[2]'],
    ['"a:b":u8,"c,d":i8,"e\\"f":f64', '"a:b":uint8,"c,d":int8,"e\\"f":float64'],
    ['my name:q,ü:d', 'my name:int64,ü:float64'],
    ['z:complex64,c:latin1,w:w[3]', 'z:complex64,c:latin1,w:ucs4[3]'],
    ['0:q,__proto__:q', '0:int64,__proto__:int64'],
  ])('%s is read as %s, which is read as the same', async (type, name) => {
    const empty = write('empty.rec', '')
    expect((await json(['info', empty, '--type', type])).type).toBe(name)
    expect((await json(['info', empty, '--type', name])).type).toBe(name)
  })

  test.each([
    ['a:q,', /'' is not a field; a record type is NAME:TYPE/],
    [':q', /':q' is not a field/],
    ['a:q b:d', /'a:q b:d' is not a field/],
    ['a:q[', /is not a field/],
    ['"a\\x":q', /is not a quoted name/],
    ['a:q,a:d', /the field 'a' appears twice/],
    ['a:q[0]', /the count of the field 'a'/],
    ['a:f8', /write f64 or <f8/],
    ['a:nothing', /--type takes a typecode/],
    ['a:|b1', /write u8 for bytes of 0 and 1/],
  ])('%s is an error of the command line', async (type, message) => {
    expect(await failure(2, ['info', write('empty.rec', ''), '--type', type])).toMatch(message)
  })

  test('with --align has the places of a struct in C', async () => {
    const path = scope.path('c.rec')
    const type = MmapArray.recordType({ flag: 'b', size: 'd', part: 'h' }, { align: true })
    const array = MmapArray.open(path, type, { flags: 'w+' })
    array.append({ flag: 1, size: 2.5, part: 3 })
    array.close()
    const words = [path, '--type', 'flag:b,size:d,part:h']
    expect(await printed(['head', ...words, '--align'])).toBe('flag  size  part\n   1   2.5     3\n')
    const { itemsize, fields } = await json(['info', ...words, '--align'])
    expect([itemsize, ...fields.map(({ offset }) => offset)]).toEqual([24, 0, 8, 16])
    const target = scope.path('c.npy')
    await printed(['convert', path, target, '--type', words[2], '--align'])
    expect(MmapArray.open(target).get(0)).toEqual({ flag: 1, size: 2.5, part: 3 })
    expect(await failure(2, ['info', path, '--type', 'd', '--align'])).toBe('--align needs a record --type')
    expect(await failure(2, ['convert', path, '-', '--type', 'd', '--align'])).toBe('--align needs a record type')
  })
})

describe('info', () => {
  test('describes each field', async () => {
    const path = trades()
    expect(await printed(['info', path, '--type', TYPE])).toBe(`${path}
  type        records of 28 bytes: ${TYPE}
  format      raw
  elements    3
  bytes       84
  file bytes  84

  field  type        offset  least             greatest                  sum                mean             std dev  NaN  infinite
  time   int64            0     -3  1152921504606846977  1152921504606846975  384307168202282325  543492409388865920
  price  float64          8    1.5                  2.5                    4                   2                 0.5    1         0
  gain   float32[3]      16    0.1                    9   42.100000001490116   4.677777777943346  2.9641479109501776    0         0
`)
    expect(await printed(['info', path, '--type', TYPE, '--no-stats'])).toMatch(/\n {2}gain {3}float32\[3\] {6}16\n$/)
  })

  test('of a field is that of a file of its values', async () => {
    const path = trades()
    const facts = await json(['info', path, '--type', TYPE, '--field', 'price'])
    expect(facts).toMatchObject({ field: 'price', type: 'd', elements: 3, bytes: 24, min: 1.5, max: 2.5, nan: 1 })
    const one = await json(['info', path, '--type', TYPE, '--field', 'gain[1]'])
    expect(one).toMatchObject({ field: 'gain', type: 'f', elements: 3, min: 2, max: 8, sum: 15 })
    const all = await json(['info', path, '--type', TYPE, '--field', 'gain'])
    expect(all).toMatchObject({ elements: 9, shape: [3, 3], min: 0.1, max: 9 })
  })

  test('says how many bytes are left over', async () => {
    const path = trades()
    fs.appendFileSync(path, 'xyz')
    for (const more of [[], ['--field', 'price']])
      expect(await json(['info', path, '--type', TYPE, ...more])).toMatchObject({ elements: 3, bytesBehind: 3 })
  })
})

describe('head, tail and get', () => {
  test('print a table whose columns are aligned', async () => {
    const path = trades()
    expect(await printed(['head', path, '--type', TYPE, '-n', '2'])).toBe(
      '               time  price         gain\n' +
        '                  1    1.5  [1, 2, 0.1]\n' +
        '1152921504606846977    NaN    [4, 5, 6]\n',
    )
    expect(await printed(['tail', path, '--type', TYPE, '-n', '1'])).toBe(
      'time  price       gain\n  -3    2.5  [7, 8, 9]\n',
    )
    expect(await printed(['get', path, '--type', TYPE, '0', '::-2', '--field', 'time'])).toBe('1\n-3\n1\n')
    expect(await printed(['head', write('none.rec', ''), '--type', TYPE])).toBe('time  price  gain\n')
  })

  test('print objects with --json', async () => {
    const wanted = [
      { time: '-3', price: 2.5, gain: [7, 8, 9] },
      { time: '1152921504606846977', price: 'NaN', gain: [4, 5, 6] },
    ]
    expect(await json(['get', trades(), '--type', TYPE, '-1', '1'])).toEqual(wanted)
    expect(await json(['head', write('none.rec', ''), '--type', TYPE])).toEqual([])
  })

  test('of a field print what the file of its values would', async () => {
    const path = trades()
    expect(await printed(['head', path, '--type', TYPE, '--field', 'price'])).toBe('1.5\nNaN\n2.5\n')
    expect(await printed(['tail', path, '--type', TYPE, '--field', 'gain[2]', '-n', '2'])).toBe('6\n9\n')
    expect(await json(['get', path, '--type', TYPE, '--field', 'gain', '::-4'])).toEqual([9, 5, 1])
  })

  test('of many records have every one of them', async () => {
    const rows = Array.from({ length: 70_000 }, (_, n) => ({ time: BigInt(n), price: n / 8, gain: [n, -n, 0] }))
    const path = trades(rows)
    const lines = (await printed(['head', path, '--type', TYPE, '-n', '70000'])).trimEnd().split('\n').slice(1)
    expect(lines.map((line) => Number(line.trim().split(/ +/)[0]))).toEqual(rows.map((_, n) => n))
    const values = await json(['get', path, '--type', TYPE, '--field', 'gain[1]', '::-1'])
    expect(values).toEqual(rows.map((_, n) => -n).toReversed())
  })
})

describe('--field', () => {
  test('that does not exist names the fields that do', async () => {
    const path = trades()
    for (const command of [['info'], ['head'], ['plot'], ['view'], ['convert', '-']]) {
      const words = [command[0], path, ...command.slice(1), '--type', TYPE, '--field', 'prize']
      expect(await failure(2, words)).toBe("there is no field 'prize' among 'time', 'price', 'gain'")
    }
    expect(await failure(2, ['head', path, '--type', TYPE, '--field', 'gain[3]'])).toBe(
      'there is no gain[3]: gain is float32[3]',
    )
  })

  test('of a file without records is an error', async () => {
    const path = make(scope, 'a.f64', 'd', [1])
    expect(await failure(2, ['head', path, '--field', 'x'])).toBe(
      `--field needs records, and ${path} does not hold any`,
    )
    expect(await failure(2, ['convert', write('a.csv', CSV), '-', '--field', 'x'])).toMatch(/for text give --column/)
  })

  test('is needed for a picture', async () => {
    const path = trades()
    for (const command of ['plot', 'view'])
      expect(await failure(2, [command, path, '--type', TYPE])).toBe(
        `${path} holds records: --field takes one of 'time', 'price', 'gain'`,
      )
    const size = ['--width', '30', '--height', '4']
    const picture = await printed(['plot', path, '--type', TYPE, '--field', 'gain[1]', ...size])
    const plain = await printed(['plot', make(scope, 'plain.f32', 'f', [2, 5, 8]), ...size])
    expect(picture.split('\n')[0]).toBe('trades.rec, gain[1]: 3 × float32')
    expect(picture.split('\n').slice(1)).toEqual(plain.split('\n').slice(1))
    const bars = await printed(['plot', path, '--type', TYPE, '--field', 'price', '--histogram', '--bins', '2'])
    expect(bars).toMatch(/without NaN and infinities\n.* 1\n.* 1\n$/)
  })

  test('is what the viewer shows, while records are appended', async () => {
    const path = trades()
    const { url } = await startViewer(scope, [path, '--type', TYPE, '--field', 'price'])
    const info = async () => (await fetch(`${url}info`)).json()
    expect(await info()).toMatchObject({ name: 'trades.rec, price', type: 'float64', length: 3 })
    const array = scope.keep(MmapArray.open(path, FIELDS, { flags: 'r+' }))
    array.extend(Array.from({ length: 5000 }, (_, n) => ({ time: 0n, price: n, gain: [0, 0, 0] })))
    await expect.poll(async () => (await info()).built, { timeout: 20_000 }).toBe(5003)
    const response = await fetch(`${url}data?start=0&stop=5003&count=1`)
    expect(Array.from(new Float64Array(await response.arrayBuffer()))).toContain(4999)
  })
})

describe('convert', () => {
  test('from raw to .npy, CSV and JSON lines, and back', async () => {
    const path = trades()
    const words = ['--type', TYPE]
    for (const [name, text] of [
      ['a.npy'],
      ['a.csv', CSV],
      ['a.jsonl', JSON_LINES],
      ['a.tsv', CSV.replaceAll(',', '\t')],
    ]) {
      const target = scope.path(name)
      expect(await printed(['convert', path, target, ...words])).toBe('')
      if (text !== undefined) expect(fs.readFileSync(target, 'utf8')).toBe(text)
      const back = scope.path(`${name}.back`)
      await printed(['convert', target, back, ...(name === 'a.npy' ? [] : words)])
      expect(bytes(back), name).toBe(bytes(path))
      fs.rmSync(back)
    }
    expect(await printed(['convert', scope.path('a.npy'), '-', '--to', 'jsonl', '--range', '-1:'])).toBe(
      JSON_LINES.split('\n').slice(2).join('\n'),
    )
  })

  // What broke: a .npy file has q where --type has l, and arrays of the two do not take each other's elements.
  test('between types that differ in name only', async () => {
    const path = make(scope, 'names.rec', { a: 'l', b: 'L', c: ['u', 2] }, [
      { a: -1n, b: 2n ** 64n - 1n, c: ['x', '𝄞'] },
    ])
    const type = ['--type', 'a:l,b:L,c:u[2]']
    const [npy, back] = [scope.path('names.npy'), scope.path('names.back')]
    await printed(['convert', path, npy, ...type])
    await printed(['convert', npy, back, ...type])
    expect(bytes(back)).toBe(bytes(path))
    expect(await printed(['diff', path, npy, '--type', 'a:q,b:Q,c:w[2]', '--other-type', 'a:q,b:Q,c:w[2]'])).toBe(
      'equal: 1 records\n',
    )
  })

  test('through pipes', async () => {
    const path = trades()
    const stdin = fs.openSync(path)
    const { stdout } = await tool(['convert', '-', '-', '--type', TYPE, '--to', 'csv'], {
      stdio: [stdin, 'pipe', 'pipe'],
    })
    fs.closeSync(stdin)
    expect(stdout).toBe(CSV)
  })

  test('to another record type takes its fields by name, and checks each value', async () => {
    const path = trades(ROWS.with(1, { time: 5n, price: 7.25, gain: [0, 0, 0] }))
    const words = ['convert', path, '-', '--to', 'jsonl', '--from-type', TYPE, '--type']
    expect(await printed([...words, 'price:f32,time:i8'])).toBe(
      '{"price":1.5,"time":1}\n{"price":7.25,"time":5}\n{"price":2.5,"time":-3}\n',
    )
    expect(await printed([...words, 'price:i32,time:f64', '--round', 'nearest'])).toBe(
      '{"price":2,"time":1}\n{"price":7,"time":5}\n{"price":2,"time":-3}\n',
    )
    expect(await failure(4, [...words, 'price:i32'])).toMatch(/^element 0: .*price.*1\.5/)
    expect(await failure(4, [...words, 'time:u8'])).toMatch(/^element 2: .*time/)
    expect(await failure(2, [...words, 'prize:d'])).toBe("there is no field 'prize' among 'time', 'price', 'gain'")
    expect(await failure(2, [...words, 'gain:f32[2]'])).toBe(
      "the field 'gain' is float32[3], which does not become float32[2]",
    )
    const large = trades([{ time: 2n ** 60n + 1n, price: 1e39, gain: [0, 0, 0] }], 'large.rec')
    const from = ['convert', large, '-', '--to', 'jsonl', '--from-type', TYPE, '--type']
    expect(await failure(4, [...from, 'time:f64'])).toMatch(
      /^element 0: field 'time': 1152921504606846977 has more digits/,
    )
    expect(await failure(4, [...from, 'price:f32'])).toMatch(
      /^element 0: field 'price': 1e\+39 is too large for float32/,
    )
  })

  test('of one field is that of a file of its values', async () => {
    const path = trades()
    const price = scope.path('price.f64')
    await printed(['convert', path, price, '--type', TYPE, '--field', 'price'])
    expect(read(price, 'd')).toEqual([1.5, NaN, 2.5])
    const gain = scope.path('gain.npy')
    await printed(['convert', path, gain, '--type', TYPE, '--field', 'gain'])
    expect(MmapArray.open(gain).shape).toEqual([3, 3])
    expect(
      await printed(['convert', path, '-', '--to', 'csv', '--type', TYPE, '--field', 'gain', '--header', 'a,b,c']),
    ).toBe('a,b,c\n1,2,0.1\n4,5,6\n7,8,9\n')
    const time = scope.path('time.f64')
    const words = ['convert', path, time, '--from-type', TYPE, '--field', 'time', '--type', 'f64']
    expect(await failure(4, words)).toMatch(/^element 1: 1152921504606846977 has more digits than float64/)
  })

  test('of records to numbers, and of numbers to records, is an error', async () => {
    const path = trades()
    expect(await failure(2, ['convert', path, '-', '--from-type', TYPE, '--type', 'd'])).toMatch(
      /holds records: --field takes one of 'time', 'price', 'gain'$/,
    )
    const numbers = make(scope, 'n.f64', 'd', [1])
    expect(await failure(2, ['convert', numbers, '-', '--to', 'csv', '--type', 'a:d'])).toMatch(
      /^a record --type needs records or text/,
    )
    expect(await failure(2, ['convert', path, scope.path('a.f64'), '--type', TYPE])).toMatch(/a\.f64 says float64/)
    expect(await failure(2, ['convert', path, '-', '--to', 'csv', '--type', TYPE, '--header', 'x'])).toMatch(
      /^--header is for numbers/,
    )
  })
})

describe('CSV to records', () => {
  const records = async (text, type, ...more) => {
    const lines = await printed(['convert', write('t.csv', text), '-', '--to', 'jsonl', '--type', type, ...more])
    return lines
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
  }
  const refusal = (code, text, type, ...more) =>
    failure(code, ['convert', write('t.csv', text), '-', '--to', 'jsonl', '--type', type, ...more])

  test('finds the columns by their titles', async () => {
    const text = 'day, price ,"size"\r\nMon,"1,5",2\r\n\r\nTue,"2,5",3\r\n'
    expect(await records(text, 'size:i32,price:f64', '--decimal', ',')).toEqual([
      { size: 2, price: 1.5 },
      { size: 3, price: 2.5 },
    ])
    expect(await refusal(2, text, 'size:i32,prize:d')).toBe("there is no column 'prize' among 'day', 'price', 'size'")
    expect(await refusal(2, 'a,a\n1,2\n', 'a:d')).toBe(
      "columns 1 and 2 are both named 'a': rename one, or read by places: --skip-lines 1 --no-titles",
    )
    expect(await records('a,a\n1,2\n', 'a:d,b:d', '--skip-lines', '1', '--no-titles')).toEqual([{ a: 1, b: 2 }])
    expect(await refusal(2, text, 'size:i32', '--column', 'size')).toMatch(/^--column reads one value of each row/)
  })

  test('or by their places, with --no-titles', async () => {
    expect(await records('1,2,3\n4,5,6\n', 'a:i8,b:i8[2]', '--no-titles')).toEqual([
      { a: 1, b: [2, 3] },
      { a: 4, b: [5, 6] },
    ])
    expect(await refusal(2, '1,2\n', 'a:i8', '--no-titles')).toBe(
      '--no-titles takes a column for each value of --type, 1, and there are 2',
    )
  })

  test('names the line and the column of a value that does not fit', async () => {
    expect(await refusal(4, 'a,b\n1,2\n3,x\n', 'b:d,a:d')).toMatch(/t\.csv, line 3, column 2 'b': 'x' is not a number$/)
    expect(await refusal(4, 'a,b\n1,2\n300,1\n', 'b:d,a:u8')).toMatch(/line 3, column 1 'a': '300' does not fit uint8/)
    expect(await refusal(4, 'a,b\n1,2\n3\n', 'b:d,a:d')).toMatch(/line 3: 1 field, but line 1 has 2/)
    expect(await refusal(4, 'a,c\n1,xy\n', 'a:d,c:w')).toMatch(/line 2, column 2 'c': 'xy' is not one character$/)
    expect(await refusal(4, 'a\n1\n\n2\n', 'a:d')).toMatch(/line 3: a value is missing/)
  })

  test('takes missing values where a type has what --missing says', async () => {
    const text = 'n,x\n1,NA\n2,3\n'
    expect(await refusal(4, text, 'n:i8,x:d')).toMatch(/line 2, column 2 'x': 'NA' stands for a missing value/)
    expect(await records(text, 'n:i8,x:d', '--missing', 'nan')).toEqual([
      { n: 1, x: 'NaN' },
      { n: 2, x: 3 },
    ])
    expect(await records(text, 'n:i8,x:d', '--missing', 'skip')).toEqual([{ n: 2, x: 3 }])
    expect(await records(text, 'n:i8,x:i8', '--missing', '0')).toEqual([
      { n: 1, x: 0 },
      { n: 2, x: 3 },
    ])
    expect(await refusal(4, 'n,x\nNA,1\n', 'n:i8,x:d', '--missing', 'nan')).toMatch(/column 1 'n': 'NA' stands for/)
    expect(await refusal(2, text, 'n:i8,x:i8', '--missing', 'nan')).toMatch(/^--missing/)
  })

  test('rounds integers and reads dates as int64', async () => {
    const text = 't,n,x\n2024-03-01,1.5,2.5\n'
    expect(await records(text, 't:q,n:i8,x:d', '--dates', 'D', '--round', 'floor')).toEqual([
      { t: 19783, n: 1, x: 2.5 },
    ])
    expect(await refusal(4, text, 'n:i8,x:d')).toMatch(/'1.5' has a fraction/)
    expect(await refusal(2, text, 'x:d', '--round', 'floor')).toMatch(/^--round is for integers/)
    expect(await refusal(2, text, 'x:d', '--dates', 'D')).toMatch(/^--dates makes int64/)
  })

  test('of characters and complex numbers come back as they were', async () => {
    const type = 'c:latin1,w:ucs4,z:complex128'
    const rows = [',', '"', '\n', ' ', 'x', 'é'].map((c, n) => ({ c, w: c, z: { re: n / 3, im: -n } }))
    const path = make(scope, 'text.rec', { c: 'c', w: 'w', z: 'Zd' }, rows)
    for (const name of ['text.csv', 'text.tsv', 'text.jsonl']) {
      await printed(['convert', path, scope.path(name), '--type', type])
      await printed(['convert', scope.path(name), scope.path('back.rec'), '--type', type, '--force'])
      expect(bytes(scope.path('back.rec')), name).toBe(bytes(path))
    }
  })
})

describe('JSON lines to records', () => {
  const refusal = (line, type = 'a:q,b:d[2]') =>
    failure(4, ['convert', write('t.jsonl', `{"a":1,"b":[2,3]}\n${line}\n`), '-', '--to', 'csv', '--type', type])

  test('keep every digit, and take members in any order', async () => {
    const text = '{"b": [1.5, "NaN"], "other": {"a": 3}, "a": 9007199254740993}\n\n{"a": "7", "b": [0, -1e3]}\n'
    const words = ['convert', write('t.jsonl', text), '-', '--to', 'csv', '--type', 'a:q,b:d[2]']
    expect(await printed(words)).toBe('a,b[0],b[1]\n9007199254740993,1.5,NaN\n7,0,-1000\n')
  })

  test.each([
    ['{"a":1}', /line 2, 'b': there is no 'b' among 'a'/],
    ['{"a":1.5,"b":[2,3]}', /line 2, 'a': '1.5' has a fraction/],
    ['{"a":1,"b":[2]}', /line 2, 'b': there are 1 values, and the type has 2/],
    ['{"a":1,"b":2}', /line 2, 'b': '2' is not an array/],
    ['{"a":1,"a":1,"b":[2,3]}', /line 2: 'a' is there twice/],
    ['{"a":null,"b":[2,3]}', /line 2, 'a': .*missing value/],
    ['{"a":{"re":1,"im":2},"b":[2,3]}', /line 2, 'a': .* is not a number/],
    ['[1,2]', /line 2: '\[1,2\]' is not an object/],
    ['{"a":1,', /line 2: .* is not JSON/],
  ])('%s is an error that names line and member', async (line, message) => {
    expect(await refusal(line)).toMatch(message)
  })
})

describe('diff', () => {
  test('names the record and the field that differ', async () => {
    const [path, other] = [trades(), trades(ROWS.with(2, { time: -3n, price: 4, gain: [7, 8.5, 9] }), 'other.rec')]
    expect(await printed(['diff', path, path, '--type', TYPE])).toBe('equal: 3 records\n')
    const { code, stdout } = await tool(['diff', path, other, '--type', TYPE])
    expect([code, stdout]).toEqual([
      1,
      `different: 2 of the 3 fields of 3 records
first: at 2, 'price', 2.5 and 4
'price': 1 different, largest at 2, 2.5 and 4, 1.5 apart
'gain': 1 different, largest at (2, 1), 8 and 8.5, 0.5 apart
`,
    ])
    expect(await printed(['diff', path, other, '--type', TYPE, '--tolerance', '1.5'])).toBe('equal: 3 records\n')
    const facts = JSON.parse((await tool(['diff', path, other, '--type', TYPE, '--json'])).stdout)
    expect(facts).toMatchObject({ equal: false, lengths: [3, 3] })
    expect(facts.fields).toMatchObject([
      { name: 'time', different: 0 },
      { name: 'price', different: 1, first: { index: 2, values: [2.5, 4] } },
      { name: 'gain', different: 1, first: { index: [2, 1], values: [8, 8.5] } },
    ])
  })

  test('compares by names, whatever the order, the types and the places of the fields', async () => {
    const path = trades()
    const other = make(scope, 'other.rec', { price: 'd', gain: ['d', 3], time: 'q' }, [
      ...ROWS.with(0, { ...ROWS[0], gain: [1, 2, Math.fround(0.1)] }),
    ])
    const words = ['diff', path, other, '--type', TYPE, '--other-type']
    expect(await printed([...words, 'price:d,gain:d[3],time:q'])).toBe('equal: 3 records\n')
    const short = make(scope, 'short.rec', FIELDS, ROWS.slice(0, 2))
    const { code, stdout } = await tool(['diff', path, short, '--type', TYPE])
    expect([code, stdout]).toEqual([1, 'lengths: 3 and 2\ndifferent: 0 of the 3 fields of 2 records\n'])
    const fewer = await tool([
      'diff',
      path,
      make(scope, 'f.rec', { a: 'd' }, []),
      '--type',
      TYPE,
      '--other-type',
      'a:d',
    ])
    expect([fewer.code, fewer.stdout]).toEqual([1, `fields: ${TYPE} and a:float64\n`])
  })

  test('of a field compares with the field, or with a file of numbers', async () => {
    const path = trades()
    const prices = make(scope, 'prices.f64', 'd', [1.5, NaN, 2.5])
    for (const [one, other] of [
      [path, prices],
      [prices, path],
    ]) {
      const types = one === path ? ['--type', TYPE, '--other-type', 'd'] : ['--type', 'd', '--other-type', TYPE]
      expect(await printed(['diff', one, other, ...types, '--field', 'price'])).toBe('equal: 3 elements\n')
    }
    const words = ['diff', path, prices, '--type', TYPE, '--other-type', 'd']
    expect(await failure(4, words)).toMatch(/holds records, and the other file does not: --field takes one of 'time'/)
    expect(await failure(2, ['diff', prices, prices, '--field', 'price'])).toMatch(/neither file holds them/)
  })
})

describe('complex numbers', () => {
  const VALUES = [
    { re: 1.5, im: -2 },
    { re: 0, im: 0.1 },
  ]

  test('are shown, converted and compared', async () => {
    const path = make(scope, 'z.complex64', 'Zf', VALUES)
    expect(await printed(['head', path])).toBe('1.5-2j\n0+0.1j\n')
    expect(await json(['head', path])).toEqual(VALUES)
    expect(await json(['info', path])).toEqual({
      ...{ file: path, format: 'raw', type: 'Zf', typeName: 'complex64', elements: 2, bytes: 16, fileBytes: 16 },
    })
    for (const name of ['z.npy', 'z.csv', 'z.jsonl', 'z.complex128']) {
      await printed(['convert', path, scope.path(name)])
      const { stderr } = await tool(
        ['convert', scope.path(name), scope.path('b.rec'), '--type', 'complex64', '--no-titles', '-f'].filter(
          (word) => name === 'z.csv' || word !== '--no-titles',
        ),
      )
      expect(stderr).toBe('')
      expect(bytes(scope.path('b.rec')), name).toBe(bytes(path))
    }
    const other = make(scope, 'y.complex128', 'Zd', [VALUES[0], { re: 3, im: 4 }])
    expect((await tool(['diff', path, other, '--relative', '0.5'])).stdout).toMatch(/first: at 1, 0\+0\.1j and 3\+4j/)
    expect(await printed(['diff', path, other, '--tolerance', '5'])).toMatch(/^equal: 2 elements/)
  })

  test('of JSON lines are objects, also in a member, or numbers', async () => {
    const convert = (text, ...words) => ['convert', write('z.jsonl', text), '-', '--to', 'csv', ...words]
    const text = '{"z":{"im":2,"re":"NaN"}}\n{"z":1.5}\n'
    expect(await printed(convert(text, '--column', 'z', '--type', 'Zd'))).toBe('NaN+2j\n1.5+0j\n')
    for (const [line, message] of [
      ['{"re":1}', /--column names the member/],
      ['{"re":1,"im":[2]}', /'\[2\]' is not a number/],
      ['{"re":1,"im":', /is not JSON/],
    ]) {
      expect(await failure(4, convert(line, '--type', 'Zd'))).toMatch(message)
    }
    expect(await failure(4, convert('{"re":1,"im":2}', '--type', 'd'))).toMatch(/--column names the member/)
  })

  test('have no picture and no order, and do not become real ones', async () => {
    const path = make(scope, 'z.complex128', 'Zd', VALUES)
    expect(await failure(4, ['plot', path])).toBe(
      'a picture needs real numbers, and the elements of z.complex128 are complex',
    )
    expect(await failure(4, ['convert', path, scope.path('x.f64')])).toMatch(/^element 0: /)
    expect(
      await printed(['convert', make(scope, 'r.f64', 'd', [2.5]), '-', '--to', 'jsonl', '--type', 'complex64']),
    ).toBe('{"re":2.5,"im":0}\n')
    const odd = 'x\n1\n2j\n(1-2J)\n-1e3+.5i\nnan+infj\n'
    expect(
      await printed(['convert', write('odd.csv', odd), '-', '--to', 'csv', '--type', 'complex128', '--titles']),
    ).toBe('1+0j\n0+2j\n1-2j\n-1000+0.5j\nNaN+Infinityj\n')
    for (const bad of ['1+2', '1 2j', '1j2', '+j', '1+2j+3j', '1 + 2j'])
      expect(
        await failure(4, [
          'convert',
          write('bad.csv', `x\n${bad}\n`),
          '-',
          '--to',
          'csv',
          '--type',
          'complex64',
          '--titles',
        ]),
      ).toMatch(/is not a number$/)
  })
})

describe('.npy files of records', () => {
  const DESCR = "[('time', '<i8'), ('', '|V4'), ('ok', '|b1'), ('gain', '<f4', (2,))]"
  const grid = (name, fortran) => {
    const data = Buffer.alloc(21 * 6)
    for (let n = 0; n < 6; n++) {
      data.writeBigInt64LE(BigInt(n), n * 21)
      data[n * 21 + 12] = 255 * (n % 2)
      data.writeFloatLE(n / 2, n * 21 + 13)
      data.writeFloatLE(-n, n * 21 + 17)
    }
    const path = scope.path(name)
    fs.writeFileSync(path, npyBytes({ descr: DESCR, fortran, shape: '(2, 3)' }, { data }))
    return path
  }

  test('with padding, booleans and several dimensions', async () => {
    const path = grid('c.npy', 'False')
    const facts = await json(['info', path])
    expect(facts).toMatchObject({ shape: [2, 3], order: 'C', itemsize: 21, elements: 6 })
    expect(facts.fields.map(({ name, typeName, offset }) => [name, typeName, offset])).toEqual([
      ['time', 'int64', 0],
      ['ok', 'bool', 12],
      ['gain', 'float32[2]', 13],
    ])
    expect(await printed(['convert', path, '-', '--to', 'csv', '--field', 'time'])).toBe('0,1,2\n3,4,5\n')
    expect(await failure(2, ['convert', path, '-', '--to', 'csv'])).toMatch(/has booleans in 'ok'/)
    const type = ['--type', 'time:i8,ok:u8']
    expect(await failure(2, ['convert', path, '-', '--to', 'csv', ...type])).toMatch(/--flatten does that$/)
    expect(await failure(4, ['convert', path, '-', '--to', 'csv', ...type, '--flatten'])).toBe(
      "element (0, 1): field 'ok': 255 is not a boolean, 0 or 1",
    )
    expect(await printed(['head', path, '-n', '2'])).toBe(
      'time  ok       gain\n   0   0    [0, -0]\n   1   1  [0.5, -1]\n',
    )
    expect(await printed(['get', path, '1', '--field', 'ok'])).toBe('1\n')
    const bytes = fs.readFileSync(path)
    for (let n = 0; n < 6; n++) bytes[bytes.length - 126 + n * 21 + 12] &= 1
    fs.writeFileSync(path, bytes)
    expect(await printed(['convert', path, '-', '--to', 'csv', ...type, '--flatten'])).toBe(
      'time,ok\n0,0\n1,1\n2,0\n3,1\n4,0\n5,1\n',
    )
    const target = scope.path('ok.npy')
    await printed(['convert', path, target, '--field', 'ok'])
    expect((await json(['info', target])).typeName).toBe('bool')
  })

  test('in Fortran order are read by rows', async () => {
    const path = grid('f.npy', 'True')
    expect(await printed(['convert', path, '-', '--to', 'csv', '--field', 'time'])).toBe('0,2,4\n1,3,5\n')
    expect(await printed(['convert', path, '-', '--to', 'csv', '--type', 'time:i8', '--flatten'])).toBe(
      'time\n0\n2\n4\n1\n3\n5\n',
    )
    const { stdout } = await tool(['diff', path, grid('c.npy', 'False'), '--field', 'time'])
    expect(stdout).toMatch(/^different: 4 of the 6 elements\nfirst: at \(0, 1\), 2 and 1\n/)
    expect(await failure(2, ['head', path, '--field', 'gain', '-n', 'x'])).toMatch(/--lines/)
    expect(await failure(2, ['convert', path, '-', '--to', 'jsonl', '--field', 'gain'])).toMatch(
      /gain\[0\] is one of them$/,
    )
  })

  test('with half of a surrogate pair become JSON lines, and no CSV', async () => {
    const path = make(scope, 'half.npy', { tag: 'w' }, [{ tag: 'a' }, { tag: '\ud800' }])
    const [table, lines] = [scope.path('half.csv'), scope.path('half.jsonl')]
    expect(await failure(4, ['convert', path, table])).toMatch(/'tag' has half of a surrogate pair/)
    expect(fs.existsSync(table)).toBe(false)
    await printed(['convert', path, lines])
    await printed(['convert', lines, scope.path('again.npy'), '--type', 'tag:w'])
    expect(bytes(scope.path('again.npy'))).toBe(bytes(path))
  })

  test('whose names Python writes with escapes are read', async () => {
    const names = ['a,b', `it's "x"`, 'back\\slash', 'line\nbreak', '\x01\x7f\xa0', 'tab\t', '\u200b\u{e0001}']
    const fields = names.map((name) => [name, 'B'])
    const path = make(scope, 'names.npy', fields, [Object.fromEntries(names.map((name, n) => [name, n]))])
    expect((await json(['info', path])).fields.map(({ name }) => name)).toEqual(names)
    const text = scope.path('names.csv')
    await printed(['convert', path, text])
    const back = scope.path('back.npy')
    await printed(['convert', text, back, '--type', (await json(['info', path])).type])
    expect(bytes(back)).toBe(bytes(path))
  })

  test('whose header has 10,000 characters of several bytes are read', async () => {
    const fields = Array.from({ length: 200 }, (_, n) => [`${'日'.repeat(20)}${n}`, 'B'])
    const path = make(scope, 'long.npy', fields, [Object.fromEntries(fields.map(([name], n) => [name, n]))])
    expect((await json(['info', path])).fields).toHaveLength(200)
  })

  test('with booleans that have escapes and titles in their names print true and false', async () => {
    const descr = String.raw`[(('a title', 'it\'s \x41\101\d'), '|b1'), ((r'\n', r'b\n'), '?')]`
    const path = scope.path('titles.npy')
    fs.writeFileSync(path, npyBytes({ descr, shape: '(1,)' }, { data: Buffer.from([1, 0]) }))
    expect((await json(['info', path])).fields.map(({ name, typeName }) => [name, typeName])).toEqual([
      [`it's AA\\d`, 'bool'],
      [String.raw`b\n`, 'bool'],
    ])
  })

  test('are those of NumPy', async ({ skip }) => {
    const python = await pythonWithNumpy(skip)
    const target = scope.path('out.npy')
    await printed(['convert', trades(), target, '--type', TYPE])
    const script = `
import sys, numpy as np
a = np.load(sys.argv[1])
assert a.dtype == np.dtype([('time', '<i8'), ('price', '<f8'), ('gain', '<f4', (3,))]), a.dtype
assert a['time'].tolist() == [1, 2**60 + 1, -3] and a['gain'][2].tolist() == [7, 8, 9]
a['price'][1] = 9
np.save(sys.argv[2], a)
`
    const changed = scope.path('changed.npy')
    execFileSync(python, ['-c', script, target, changed])
    expect((await tool(['diff', target, changed])).stdout).toMatch(/first: at 1, 'price', NaN and 9\n/)
  })
})
