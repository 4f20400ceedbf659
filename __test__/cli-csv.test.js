// convert of the CSV there is: titles, missing values, rows of other lengths, files that are no table. What broke: of 14 kinds of
// messy text, 7 became wrong numbers or a wrong type with exit code 0.
import fs from 'node:fs'
import { deflateRawSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { useScope } from './support/scope.js'
import { failure, make, read, tool } from './support/tool.js'

const scope = useScope()

/** What the text becomes: its elements as JSON lines, and what the tool says. */
async function converted(text, ...words) {
  const path = scope.file(text)
  const { code, signal, stdout, stderr } = await tool([
    'convert',
    path,
    '-',
    '--from',
    'csv',
    '--to',
    'jsonl',
    ...words,
  ])
  expect({ code, signal }, `${JSON.stringify(text).slice(0, 200)} ${words}: ${stderr}`).toEqual({
    code: 0,
    signal: null,
  })
  return { elements: stdout.split('\n').slice(0, -1), said: stderr }
}
const elementsOf = async (text, ...words) => (await converted(text, ...words)).elements
/** What the tool says of a text that it refuses, without the name of the file. */
async function refusal(text, ...words) {
  const path = scope.file(text)
  const message = await failure(4, ['convert', path, scope.path(), '--from', 'csv', ...words])
  expect(message.startsWith(path), message).toBe(true)
  return message.slice(path.length)
}
const misuse = (text, ...words) => failure(2, ['convert', scope.file(text), scope.path(), '--from', 'csv', ...words])

describe('the first row', () => {
  test.each([
    ['store,3,17.5\nstore,4,18.5\n', ['--column', '3'], ['17.5', '18.5'], 'line 1 is data'],
    ['AAPL,2\nMSFT,3', ['--column', '2'], ['2', '3'], 'line 1 is data'],
    ['2019,2020\n1,2\n', ['--column', '2'], ['2020', '2'], "line 1 is data: '2020'"],
    ['2019\n1\n2\n', [], ['2019', '1', '2'], "line 1 is data: '2019'"],
    ['2019,2020\n1,2\n', ['--column', '2', '--titles'], ['2'], ''],
    ['2019,2020\n1,2\n', ['--title', '2020'], ['2'], ''],
    ['3,1\n5,6\n', ['--title', '3'], ['5'], ''],
    ['[0],[1]\n1,2\n', ['--column', '[1]'], ['2'], ''],
    ['1,2\n', ['--column', ' 2 ', '--no-titles'], ['2'], ''],
    ['close\n1\n', [], ['1'], "line 1 has titles, such as 'close'"],
    ['day,close\nMon,1\n', ['--column', '2'], ['1'], "line 1 has titles, such as 'close'"],
    ['day,close\nMon,1\n', ['--column', 'close'], ['1'], ''],
    ['day, close \nMon,1\n', ['--column', 'close'], ['1'], ''],
    ['"the\nday","the ""last"""\nMon,1\n', ['--column', 'the "last"'], ['1'], ''],
    ['close\n', ['--titles'], [], ''],
    ['#NV\n1\n', ['--titles'], ['1'], ''],
    ['#NV\n1\n', ['--missing-text', '#NV', '--missing', '0'], ['0', '1'], ''],
    ['# close\n1\n', [], ['1'], "line 1 has titles, such as '# close'"],
    ['#close\n1\n', [], ['1'], "line 1 has titles, such as '#close'"],
    [' # c\n1\n', ['--comment', '#', '--titles'], ['1'], ''],
    ['1.5\n2\n', [], ['1.5', '2'], ''],
    ['1\n2\n', ['--no-titles'], ['1', '2'], ''],
    ['\n\nclose\n1\n', ['--titles'], ['1'], ''],
  ])('of %j with %j gives %j', async (text, words, elements, said) => {
    const result = await converted(text, ...words)
    expect(result.elements).toEqual(elements)
    expect(result.said).toMatch(said === '' ? /^$/ : /^mmap-array: [^\n]+\n$/)
    expect(result.said).toContain(said)
  })

  test.each([
    ['NA\n1\n2\n', "line 1, column 1: 'NA' stands for a missing value"],
    ['null\n1\n', "'null' stands for"],
    ['-\n1\n', "'-' stands for"],
    ['TRUE\n1\n', "line 1, column 1: 'TRUE' is not a number"],
    ['(5)\n1\n', "line 1, column 1: '(5)' is not a number"],
    ['1O\n2\n', "'1O' is not a number"],
    ['close\n', "line 1, column 1: 'close' is not a number"],
    ['close\n\n\n', "line 1, column 1: 'close' is not a number"],
    ['#N/A\n1\n', "'#N/A' stands for"],
    ['\\N\n1\n', "'\\N' stands for"],
    ['close\nNA\n', "line 2, column 1 'close': 'NA' stands for"],
    ['close\nanother\n1\n', "line 2, column 1 'close': 'another' is not a number"],
    ['x,day\n5,-\n', "line 2, column 2 'day': '-' stands for", '--column', '2'],
    // What broke: the first of the values was taken for a title and left out.
    ['(1e5)\n2\n', "'(1e5)' is not a number; --titles if it is a title"],
    ['(1+2j)\n2\n', "'(1+2j)' is not a number; --titles if it is a title"],
    ['$5 EUR\n2\n', "'$5 EUR' is not a number"],
    ['(inf)\n2\n', "'(inf)' is not a number"],
    ['N.A.\n2\n', "'N.A.' is not a number"],
    ['#NV\n2\n', "'#NV' is not a number: it may be an error of a spreadsheet; --missing-text takes it"],
    ['#NV\n2\n', "'#NV' is not a number", '--missing', 'nan'],
    ['#WERT!\n2\n', '--titles if it is a title', '--missing', 'nan'],
    ['#ЗНАЧ!\n2\n', "'#ЗНАЧ!' is not a number"],
    ['#¿NOMBRE?\n2\n', "'#¿NOMBRE?' is not a number"],
    ['Err:502\n2\n', "'Err:502' is not a number"],
    ['2\n#NV\n', "line 2, column 1: '#NV' is not a number: it may be an error of a spreadsheet"],
  ])('of %j is an error: %s', async (text, message, ...words) => {
    expect(await refusal(text, ...words)).toContain(message)
  })

  test('that is a comment behind spaces is neither a title nor data', async () => {
    for (const text of [' # c\n1\n', ' # c,5\n1,2\n'])
      expect(await misuse(text, '--comment', '#', '--column', '1')).toContain(
        "line 1 begins with a space before '#', so --comment does not leave it out: give --titles or --no-titles",
      )
  })

  test('that has no such column lists the columns it has', async () => {
    expect(await misuse('day,open\nMon,1\n', '--column', 'close')).toContain(
      "there is no column 'close' among 'day', 'open'",
    )
    expect(await misuse('day,open\nMon,1\n', '--column', '3')).toContain("no column 3 among 2: 'day', 'open'")
    expect(await misuse('day,open\nMon,1\n')).toContain("2 columns, 'day', 'open': say which with --column")
    for (const end of ['\n', '\r\n']) {
      expect(await misuse(`a,a${end}1,2${end}`, '--column', 'a')).toContain("columns 1 and 2 are both named 'a'")
    }
  })

  test('is not to be asked for by words that exclude each other', async () => {
    expect(await misuse('1\n', '--titles', '--no-titles')).toContain('contradict each other')
    expect(await misuse('1\n', '--column', '1', '--title', 'x')).toContain('contradict each other')
    expect(await misuse('1\n', '--column', 'x', '--no-titles')).toContain('--no-titles leaves no title')
    for (const column of ['0', '-1', '1.5', '+1', '1e0']) {
      expect(await misuse('1\n', `--column=${column}`), column).toContain('--column counts from 1')
    }
  })
})

describe('missing values', () => {
  const text = 'x,n\n1,5\n2,\n3,NA\n4,n/a\n5,NULL\n6,none\n7,-\n8,nan\n9,6\n'
  test.each([
    ['skip', ['5', '6']],
    ['nan', ['5', ...Array.from({ length: 7 }, () => '"NaN"'), '6']],
    ['0', ['5', '0', '0', '0', '0', '0', '0', '0', '6']],
    ['-1.5', ['5', '-1.5', '-1.5', '-1.5', '-1.5', '-1.5', '-1.5', '-1.5', '6']],
  ])('are with --missing %s', async (word, elements) => {
    expect(await elementsOf(text, '--column', 'n', `--missing=${word}`)).toEqual(elements)
  })

  test('are an error without --missing, but for NaN among floats', async () => {
    expect(await refusal(text, '--column', 'n')).toContain("line 3, column 2 'n': a value is missing; --missing")
    expect(await elementsOf('nan\n1\n', '--no-titles')).toEqual(['"NaN"', '1'])
    expect(await refusal('5\nnan\n', '--type', 'i32')).toContain("line 2, column 1: 'nan' stands for a missing value")
  })

  test('have to fit the type', async () => {
    expect(await misuse('1\n', '--missing', 'nan', '--type', 'i32')).toContain('--missing takes skip or a value')
    expect(await misuse('1\n', '--missing', '300', '--type', 'u8')).toContain("--missing: '300' does not fit uint8")
    expect(await elementsOf('1\n\n2\n', '--missing', '255', '--type', 'u8')).toEqual(['1', '255', '2'])
  })

  test('have texts of their own', async () => {
    const own = ['--missing-text', '-999', '--missing-text', 'no data', '--missing', 'skip']
    expect(await elementsOf('1\n-999\n-999.0\nno data\n2\n-998\n', '--no-titles', ...own)).toEqual(['1', '2', '-998'])
    const large = ['--missing-text', '9007199254740992', '--missing', '0', '--type', 'i64']
    expect(await elementsOf('9007199254740993\n9007199254740992.0\n', ...large)).toEqual(['9007199254740993', '0'])
    expect(await refusal('1\n-999\n', '--missing-text', '-999')).toContain("line 2, column 1: '-999' stands for")
    expect(await refusal('unknown\n1\n', '--missing-text', 'unknown')).toContain("line 1, column 1: 'unknown' stands")
  })

  test.each([
    ['-998.7\n-999.0\n', ['-999', '0'], '--missing-text', '-999', '--type', 'i32', '--round', 'nearest'],
    ['300\n-999.0\n1\n', ['0', '0', '1'], '--missing-text=-999', '--missing-text=3e2', '--type', 'u8'],
    ['9007199254740992\n', ['9007199254740992'], '--missing-text', '9007199254740993', '--type', 'f64'],
    ['9007199254740993\n9007199254740993.0\n', ['0', '0'], '--missing-text', '9007199254740993', '--type', 'f64'],
    ['0\n1e-400\n-0.0\n', ['0', '0', '-0'], '--missing-text', '1e-400'],
    ['0\n5\n-0.0\n', ['0', '5', '0'], '--missing-text', '0.0'],
    ['0.1\n0.10\n0.1000000000000000055\n', ['0', '0', '0.1'], '--missing-text', '0.1'],
    ['"-999,0";"-1.000"\n', ['0'], '--missing-text=-999', '--decimal', ',', '--column', '1', '--delimiter', ';'],
    [
      "1'000,0\n1,5\n",
      ['0', '1.5'],
      '--missing-text',
      '1000',
      '--thousands',
      "'",
      '--decimal',
      ',',
      '--delimiter',
      ';',
    ],
    [
      "1'000,50\n1,5\n",
      ['0', '1.5'],
      '--missing-text',
      '1000,5',
      '--thousands',
      "'",
      '--decimal',
      ',',
      '--delimiter',
      ';',
    ],
    ['1.000\n1\n', ['0', '1'], '--missing-text', '1.000', '--thousands', '.', '--decimal', ',', '--delimiter', ';'],
  ])('are compared as decimal numbers before they are rounded: %j becomes %j', async (text, elements, ...words) => {
    expect(await elementsOf(text, '--no-titles', '--missing=0', ...words)).toEqual(elements)
  })

  test('are blank lines in one column, except at the end', async () => {
    expect(await refusal('1\n\n2\n')).toContain('line 2, column 1: a value is missing')
    expect(await refusal('\n1\n2\n')).toContain('line 1, column 1: a value is missing')
    expect(await elementsOf('1\n\n2\n\n\n', '--missing', 'nan')).toEqual(['1', '"NaN"', '2'])
    expect(await elementsOf('1\n  \n2\r\n\r\n\r\n', '--missing', '0')).toEqual(['1', '0', '2'])
    expect(await elementsOf('1\n\n2\n', '--missing', 'skip')).toEqual(['1', '2'])
    expect(await elementsOf('a,1\n\nb,2\n', '--column', '2')).toEqual(['1', '2'])
  })

  test('are empty fields in quotes, at the end too', async () => {
    expect(await refusal('1\n""\n')).toContain('line 2, column 1: a value is missing')
    expect(await elementsOf('1\n\n""\n\n', '--missing', '7')).toEqual(['1', '7', '7'])
  })

  test.each([
    ['1\n"\n"\n\n', 1],
    ['1\n"\n"\n', 1],
    ['1\n"\n"', 1],
    ['1\n\n"\n\n"\n\n"\n"\n\n  \n\n', 4],
    ['1\n"\n"\n#"\n\n#\n', 1],
    ['1\r\n"\r\n"\r\n\r\n', 1],
  ])('are as many as there are rows where quotes hold line ends: %j', async (text, count) => {
    const elements = await elementsOf(text, '--missing', '0', '--comment', '#')
    expect(elements).toEqual(['1', ...Array(count).fill('0')])
  })

  test('are none of a column that a file of empty fields does not have', async () => {
    expect(await elementsOf('""\n""\n', '--missing', '0')).toEqual(['0', '0'])
    expect(await misuse('""\n""\n', '--missing', '0', '--column', 'close')).toContain("there is no column 'close'")
    expect(await misuse('""\n', '--missing', '0', '--column', '2')).toContain('there is no column 2')
  })

  // What broke: --missing-text made errors of what needs no option without it.
  test('are not NaN of a float type, whatever else stands for them', async () => {
    expect(await elementsOf('1\nnan\n-NaN\n', '--missing-text', 'X')).toEqual(['1', '"NaN"', '"NaN"'])
    expect(await refusal('1\nX\n', '--missing-text', 'X')).toContain("'X' stands for a missing value")
    expect(await refusal('1\nnan\n', '--missing-text', 'nan')).toContain("'nan' stands for a missing value")
    expect(await refusal('1\nnan\n', '--missing-text', 'X', '--type', 'i8')).toContain("'nan' stands for a missing")
  })

  test('are found wherever the pieces of the file end', async () => {
    const lines = Array.from({ length: 60_000 }, (_, n) => (n % 3 === 1 ? '' : String(n)))
    const elements = await elementsOf(`${lines.join('\n')}\n${'\n'.repeat(300_000)}`, '--missing', '-5')
    expect(elements).toEqual(lines.map((line) => line || '-5'))
    expect(await refusal(`1.5\n${'2\n'.repeat(200_000)}\n3\n`)).toContain('line 200002, column 1: a value is missing')
  })
})

describe('each row', () => {
  test.each([
    ['day,close\nMon,1,234.5\n', ['--column', 'close'], "line 2, column 2 'close': 3 fields, but line 1 has 2"],
    ['t,v\n1,1,5\n', ['--column', 'v'], "line 2, column 2 'v': 3 fields, but line 1 has 2: '1 | 1 | 5'"],
    ['a,1\nb\n', ['--column', '2'], 'line 2, column 2: 1 field, but line 1 has 2'],
    ['a,1\n\nb,2,\n', ['--column', '2'], 'line 3, column 2: 3 fields'],
    ['1\n"2\n3\n', [], `line 2: a quoted field has no end: '"2'`],
    ['1\n"2"x\n3\n', [], `line 2: a quoted field is followed by text, not by a delimiter: '"2"x'`],
    ['a,"b\nc" d,5\n', ['--column', '3'], 'line 1: a quoted field is followed by text'],
  ])('of %j with %j has to be whole', async (text, words, message) => {
    expect(await refusal(text, ...words)).toContain(message)
  })

  test.each([
    ['1,2\r3,4\r5,6\n', 1, '--column', '1'],
    ['1\r\r\n2\r\r\n', 1],
    ['1\r\n"2"\r\r\n', 2],
    ['a,b,c\n1,2\r3,4\n', 2, '--column', 'c'],
    ['#c\r1\r\n2\r\n', 1, '--comment', '#'],
    ['1\n2\n#c\r3', 3, '--comment', '#'],
    ['# exported\n10,2\r30,4\r', 2, '--column', '1', '--comment', '#'],
    ['1,2\n3,4\r', 2, '--column', '1'],
    ['1,"a\r\n\rb"\n3,"4"\r\n5,6\r7\n', 4, '--column', '1'],
    ['1,"a" \r,3\n', 1, '--column', '1'],
    [`${'1,2\n'.repeat(200_000)}3,4\r5,6\n`, 200_001, '--column', '1'],
  ])('with a carriage return that ends no line is an error: %#', async (text, line, ...words) => {
    expect(await refusal(text, ...words)).toContain(`line ${line}: a carriage return (CR) without a line feed`)
  })

  test('is not left out along with lines that have a carriage return in them', async () => {
    for (const [text, count] of [
      ['report\r1\n2\n', '1'],
      ['1\n2\r3\n', '-1'],
      [`${'r'.repeat((1 << 18) - 1)}\r1\n2\n`, '1'],
    ]) {
      expect(await refusal(text, `--skip-lines=${count}`)).toContain('a carriage return (CR) without a line feed')
    }
    expect(await elementsOf('report\r\n1\r\n2\r\n', '--skip-lines=1', '--skip-lines=-1', '--no-titles')).toEqual(['1'])
  })

  test('may have carriage returns in quotes and before a line feed', async () => {
    const text = '1,"a\rb"\r\n"2","c\r"\r\n\r\n3,"""\r"\r\n'
    expect(await elementsOf(text, '--column', '1', '--no-titles')).toEqual(['1', '2', '3'])
    expect(await elementsOf('#"\r\n1,"a\rb"\n', '--column', '1', '--comment', '#')).toEqual(['1'])
  })

  test.each([
    ['a,b\n1,2\n""\n3,4\n', 3],
    ['a,b\r\n1,2\r\n\r\n"" \r\n3,4\r\n', 4],
    ['a,b\n1,2\n  \n3,4\n', 3],
    ['a,b\n1,2\n\n\n"\n"\n3,4\n', 5],
    ['a,b\n1,2\n""', 3],
    ['\n""\na,b\n1,2\n', 2],
    ['#""\n \na,b\n1,2\n', 2, '--comment', '#'],
  ])('of one empty field among several columns is an error: %j', async (text, line, ...words) => {
    expect(await refusal(text, '--column', '2', ...words)).toMatch(
      new RegExp(`line ${line}(, column 2[^:]*)?: 1 field`),
    )
  })

  test('of several columns may be followed by empty lines', async () => {
    const text = '\r\n"a\n""\n",b\r\n\r\n1,2\n\n\n3,""\n\n'
    expect(await elementsOf(text, '--column', '2', '--missing', '0')).toEqual(['2', '0'])
  })

  test('may have quotes, other delimiters and other line ends', async () => {
    const text = '"a\r\nb";1\r\n"say ""hi"";";"2"\r\nx;" 3 "\r\n'
    expect(await elementsOf(text, '--delimiter', ';', '--column', '2')).toEqual(['1', '2', '3'])
    expect(await elementsOf('a\tb\n1\t2\n', '--delimiter', String.raw`\t`, '--column', 'b')).toEqual(['2'])
    expect(await elementsOf('a::b\n1::2\n', '--delimiter', '::', '--column', 'b')).toEqual(['2'])
    for (const delimiter of ['', '"', '\n']) {
      expect(await misuse('1\n', '--delimiter', delimiter)).toContain('--delimiter')
    }
  })

  test('with a quoted field that spans many pieces of the file is one row', async () => {
    const long = 'line\n'.repeat(200_000)
    expect(await elementsOf(`"${long}",1\nb,2\n`, '--column', '2')).toEqual(['1', '2'])
    expect(await refusal(`"${long}",1\nb,x\n`, '--column', '2')).toContain("line 200002, column 2: 'x' is not a number")
  })

  test('may be a comment, or be left out at the beginning or the end', async () => {
    const text = 'A report\nof "today\n# day,close\nday,close\nMon,1\n#Tue,"x\nWed,3\nTotal 4\n'
    const words = ['--skip-lines', '2', '--skip-lines=-1', '--comment', '#', '--column', 'close']
    expect(await elementsOf(text, ...words)).toEqual(['1', '3'])
    expect(await refusal(text.replace('Wed,3', 'Wed,3x'), ...words)).toContain("line 7, column 2 'close': '3x'")
    expect(await elementsOf('1\n2\n3', '--skip-lines', '-2', '--no-titles')).toEqual(['1'])
    // A row of empty fields is a row, also where tabs divide them.
    const tabs = ['--delimiter', '\\t', '--column', '1', '--no-titles', '--skip-lines', '-1']
    expect(await elementsOf('1\t2\n3\t4\n\t\n', ...tabs)).toEqual(['1', '3'])
    const many = Array.from({ length: 100_000 }, (_, n) => String(n)).join('\n')
    expect(await elementsOf(`${many}\nthe end\n`, '--skip-lines', '-1')).toHaveLength(100_000)
    expect(await misuse('1\n', '--skip-lines', 'x')).toContain('--skip-lines')
    expect(await misuse('1\n', '--comment', '')).toContain('--comment')
  })
})

describe('--skip-lines', () => {
  test.each([
    ['1\n2\n3\n4\n', ['9'], '9 leaves out more lines than there are: 4'],
    ['1\n2\n3\n4', ['5'], '5 leaves out more lines than there are: 4'],
    ['1\n2\n3\n4\n\n', ['-5'], '-5 leaves out more lines than there are: 4'],
    ['1\n2\n3\n4\n', ['3', '-2'], '-2 leaves out more lines than there are: 1'],
    ['1\n2\n', ['1', '-9'], '-9 leaves out more lines than there are: 1'],
    ['\n', ['-1'], '-1 leaves out more lines than there are: 0'],
  ])('of %j by %j is an error', async (text, counts, message) => {
    const words = counts.map((count) => `--skip-lines=${count}`)
    expect(await refusal(text, ...words)).toBe(`: --skip-lines ${message}`)
  })

  test('may leave out all lines', async () => {
    for (const words of [['--skip-lines=4'], ['--skip-lines=-4'], ['--skip-lines=3', '--skip-lines=-1']])
      expect(await elementsOf('1\n2\n3\n4', ...words, '--no-titles')).toEqual([])
  })

  test('given twice for the same end is an error', async () => {
    expect(await misuse('1\n2\n', '--skip-lines=1', '--skip-lines=2')).toContain('twice for the first lines')
    expect(await misuse('1\n2\n', '--skip-lines=-1', '--skip-lines=-1')).toContain('twice for the last lines')
  })
})

describe('numbers with other marks', () => {
  test('are read where the marks are said', async () => {
    const thousands = ['--column', '2', '--titles', '--thousands', ',']
    expect(await elementsOf('day,close\nMon,"1,234.5"\nTue,"-12,345,678"\nWed,7\n', ...thousands)).toEqual([
      '1234.5',
      '-12345678',
      '7',
    ])
    const german = ['--delimiter', ';', '--column', 'v', '--decimal', ',', '--thousands', '.']
    expect(await elementsOf('t;v\n1;1,5\n2;1.234,5\n3;inf\n', ...german)).toEqual(['1.5', '1234.5', '"Infinity"'])
    expect(await elementsOf("1'000\n0\n0.5\n007\n", '--thousands', "'", '--type', 'f64')).toEqual([
      '1000',
      '0',
      '0.5',
      '7',
    ])
  })

  test('are errors where the groups are none', async () => {
    for (const text of [
      '"1,2"',
      '"12,34"',
      '",123"',
      '"1,234,5"',
      '"1234,567"',
      '"1.5,000"',
      '"1,,234"',
      '"0,001"',
      '"-01,234"',
    ]) {
      expect(await refusal(`${text}\n`, '--thousands', ','), text).toContain('is not a number')
    }
    expect(await refusal('1.5\n', '--decimal', ',', '--delimiter', ';')).toContain("'1.5' is not a number")
  })

  test('are errors where the mark has divided the fields', async () => {
    expect(await refusal('1,5\n2,5\n', '--column', '1', '--decimal', ',')).toContain('give another --delimiter')
    expect(await refusal('1,234\n2,345\n', '--column', '1', '--thousands', ',')).toContain('give another --delimiter')
    expect(await elementsOf('"1,5","2,5"\n', '--column', '2', '--decimal', ',')).toEqual(['2.5'])
  })

  test('are errors where the mark has divided the fields and only other fields are in quotes', async () => {
    const text = '"a",1,5\n"b",2,5\n'
    expect(await refusal(text, '--column', '2', '--decimal', ',')).toContain('no number of column 2 has it')
    expect(await refusal('"a",1,234\n"b",2,345\n', '--column', '2', '--thousands', ',')).toContain('or no --thousands')
    expect(await elementsOf('"a","1,5"\n"b",2\n', '--column', '2', '--decimal', ',')).toEqual(['1.5', '2'])
  })

  test('need marks that are no part of a number', async () => {
    for (const mark of ['', '5', '-', 'e', '.,', '"']) {
      expect(await misuse('1\n', '--thousands', mark), mark).toContain('--thousands')
    }
    expect(await misuse('1\n', '--thousands', '.')).toContain("are both '.'")
  })
})

describe('bytes that are no UTF-8', () => {
  const latin1 = (text) => Buffer.from(text, 'latin1')
  const remedy = 'is not UTF-8: iconv -f LATIN1 -t UTF-8 converts a file'

  test('are an error in the column and in its title, and none elsewhere', async () => {
    const text = latin1('naïve,größe\nä,1\n')
    for (const words of [[], ['--titles']]) {
      const message = await refusal(text, '--column', '2', ...words)
      expect(message).toMatch(/^, line 1, column 2: the title 'gr\uFFFD\uFFFDe' /)
      expect(message).toContain(remedy)
    }
    expect(await misuse(text, '--column', 'größe')).toContain(remedy)
    const value = await refusal(latin1('a,b\n1,2\n3,4ä\n'), '--column', 'b')
    expect(value).toMatch(/^, line 3, column 2 'b': '4\uFFFD' /)
    expect(value).toContain(remedy)
    expect(await elementsOf(latin1('größe,b\nä,2\n'), '--column', 'b')).toEqual(['2'])
  })
})

describe('a range', () => {
  test('that ends before the file says what is assumed of the first row', async () => {
    const { elements, said } = await converted('USD 5\n6\n7\n', '--range', '0:1')
    expect(elements).toEqual(['6'])
    expect(said).toContain("line 1 has titles, such as 'USD 5'")
  })

  test.each([
    ['1,5\n2,5\n3,5\n', '--decimal', '0:2'],
    ['1,234\n2,345\n', '--thousands', ':2'],
    [`1,5\n${'2,5\n'.repeat(200_000)}`, '--decimal', '0:2'],
  ])('of numbers that their mark has divided is an error: %#', async (text, option, range) => {
    const message = await refusal(text, option, ',', '--column', '1', '--to', 'jsonl', '--range', range)
    expect(message).toContain('give another --delimiter')
  })
})

describe('files that are not tables', () => {
  const wide = Buffer.from('\uFEFFclose\n1\n2\n', 'utf16le')
  const wider = Buffer.from(Uint32Array.from('\uFEFFclose\n1\n2\n', (letter) => letter.codePointAt(0)).buffer)
  test.each([
    ['JSON', '{"message":"Too Many Requests"}\n', 'this is JSON'],
    ['a JSON array', '[1,\n2]\n', 'this is JSON'],
    ['JSON over many lines', '{\n"a": 1\n}\n', 'this is JSON'],
    ['JSON objects', '[ {"a": 1},\n{"a": 2}]\n', 'this is JSON'],
    ['HTML', '\n<!DOCTYPE html>\n<html>\n', 'this is HTML'],
    ['an error page', '<html><body>502 Bad Gateway</body></html>\n', 'this is HTML'],
    ['a line of words', 'Too Many Requests\n', 'is not a number'],
    ['gzip', gzipSync('1\n2\n'), 'packed by gzip: unpack it first'],
    ['zip', Buffer.concat([Buffer.from('PK\x03\x04'), deflateRawSync('1\n')]), 'packed by zip'],
    ['UTF-16', wide, 'this is UTF-16, not UTF-8: convert it first, with iconv'],
    ['UTF-16 of the other order', Buffer.from(wide).swap16(), 'this is UTF-16'],
    ['UTF-16 without a mark', wide.subarray(2), 'this is UTF-16'],
    ['UTF-32', wider, 'this is UTF-32, not UTF-8: convert it first, with iconv -f UTF-32'],
    ['UTF-32 of the other order', Buffer.from(wider).swap32(), 'this is UTF-32'],
    ['UTF-32 without a mark', wider.subarray(4), 'this is UTF-32'],
    ['UTF-32 of the other order without a mark', Buffer.from(wider).swap32().subarray(4), 'this is UTF-32'],
    ['bytes', Buffer.of(1, 2, 0, 0, 5, 6, 7, 8), 'this is not text: byte 2 is 0'],
    ['a NumPy file', Buffer.from('\x93NUMPY\x01\0', 'latin1'), 'this is a NumPy file, not text'],
    ['an old Mac text', '1\r2\r3\r', 'line ends of an old Mac (CR): convert it first'],
    ['an old Mac text with a title', 'close\r1\r2\r3\r', 'line ends of an old Mac'],
  ])('is an error and replaces nothing: %s', async (_, bytes, message) => {
    const target = make(scope, 'good.f64', 'd', [1, 2, 3])
    const words = ['convert', scope.file(bytes, 'a.csv'), target, '--force']
    expect(await failure(4, words)).toContain(message)
    expect(read(target, 'd')).toEqual([1, 2, 3])
  })

  test.each(['a.csv.gz', 'a.json', 'a.xlsx', 'a.parquet'])('is no raw file because of its name: %s', async (name) => {
    const file = scope.file(Buffer.alloc(16), name)
    for (const words of [
      [file, scope.path('b.f64'), '--type', 'f64'],
      [make(scope, 'c.f64', 'd', [1]), scope.path(`x${name}`)],
    ]) {
      expect(await failure(2, ['convert', ...words])).toContain('give --from or --to')
    }
    expect((await tool(['convert', file, scope.path('b.f64'), '--from', 'raw', '--type', 'f64'])).code).toBe(0)
  })

  test('a byte order mark of UTF-8 is no part of the first field', async () => {
    expect(await elementsOf('\uFEFF1.5\n2\n')).toEqual(['1.5', '2'])
    expect(await elementsOf('\uFEFF"a",b\n1,2\n', '--column', 'a')).toEqual(['1'])
  })
})

describe('a result without elements', () => {
  test('replaces no file without --allow-empty', async () => {
    const target = make(scope, 'good.f64', 'd', [1, 2, 3])
    const sources = [
      [scope.file('', 'empty.csv')],
      [scope.file('close\n', 'titles.csv'), '--titles'],
      [scope.file('NA\nNA\n', 'missing.csv'), '--missing', 'skip'],
      [make(scope, 'empty.f64', 'd', [])],
      [scope.file('\n\n', 'empty.jsonl')],
    ]
    for (const [source, ...words] of sources) {
      expect(await failure(4, ['convert', source, target, '--force', ...words])).toContain('--allow-empty')
      expect(read(target, 'd')).toEqual([1, 2, 3])
    }
    expect(fs.readdirSync(scope.directory).filter((name) => name.endsWith('.unfinished'))).toEqual([])
    expect((await tool(['convert', sources[0][0], target, '--force', '--allow-empty'])).code).toBe(0)
    expect(fs.statSync(target).size).toBe(0)
  })

  test('makes a new file', async () => {
    expect((await tool(['convert', scope.file('', 'empty.csv'), scope.path('new.f64')])).code).toBe(0)
    expect(fs.statSync(scope.path('new.f64')).size).toBe(0)
  })
})

describe('an error message', () => {
  test('says that a number is too long, not that it is none', async () => {
    const digits = '1'.repeat(20_001)
    expect(await refusal(`1\n${digits}\n`)).toMatch(
      /'1+…' is too long: only texts of up to 20,000 characters are read$/,
    )
  })

  test('shows no carriage return of a line end', async () => {
    expect(await refusal('1,2\r\n3,x\r\n', '--column', '2')).toContain("'x' is not a number")
    expect(await refusal('1,2\r\n3,4,x\r\n', '--column', '2')).toMatch(/'3 \| 4 \| x'$/)
    expect(await refusal('close\r\n')).toContain("'close' is not a number")
  })

  test('shows spaces and marks that look like another character or like nothing', async () => {
    for (const hidden of ['202f', 'a0', '2009', '200b', 'ad', '2028', '202e', 'feff']) {
      const text = `1${String.fromCodePoint(Number.parseInt(hidden, 16))}2`
      expect(await refusal(`1\n${text}\n`), hidden).toContain(`'1\\u{${hidden}}2' is not a number`)
    }
    expect(await refusal('1\n1 2\n')).toContain("'1 2' is not a number")
  })

  test('asks for a date where --missing is a number', async () => {
    expect(await misuse('2024-03-01\n', '--dates', 'D', '--missing', '0')).toContain(
      "--missing takes skip, nat or a date such as 2024-03-01, not '0'",
    )
  })
})
