// The command line itself: help, versions, words that say nothing, exit codes.
import fs from 'node:fs'
import { createRequire } from 'node:module'
import { describe, expect, test } from 'vitest'
import { COMMANDS, load } from '../cli/commands/index.js'
import { useScope } from './support/scope.js'
import { failure, make, printed } from './support/tool.js'

const scope = useScope()
const { version } = createRequire(import.meta.url)('../package.json')

test('help and version', async () => {
  const overview = await printed(['--help'])
  expect(await printed(['help'])).toBe(overview)
  expect(await printed(['-h'])).toBe(overview)
  for (const name of COMMANDS) expect(overview).toContain(`\n  ${name} `)
  expect(await printed(['--version'])).toBe(`${version}\n`)
})

test.each(COMMANDS)('%s --help names every option, with examples', async (name) => {
  const { options, examples, usage } = await load(name)
  const text = await printed([name, '--help'])
  expect(await printed(['help', name])).toBe(text)
  expect(usage).toMatch(new RegExp(`^${name} `))
  for (const [option, { description }] of Object.entries(options)) {
    expect(text).toContain(`--${option}`)
    expect(text).toContain(description)
  }
  expect(examples.length).toBeGreaterThan(0)
  for (const [command] of examples) expect(command).toMatch(new RegExp(`^mmap-array ${name} `))
})

test('no line of help is wider than a screen of 150', async () => {
  for (const name of COMMANDS) {
    for (const line of (await printed([name, '--help'])).split('\n')) expect(line.length, line).toBeLessThan(150)
  }
})

describe('what says nothing is exit code 2', () => {
  test.each([
    [[], 'command is missing'],
    [['nothing'], "no command 'nothing'"],
    [['__proto__'], 'no command'],
    [['help', 'nothing'], 'no command'],
    [['info'], 'FILE is missing'],
    [['diff', 'a.f64'], 'OTHER is missing'],
    [['diff', 'a.f64', 'a.f64', 'b.f64'], 'one argument too many'],
    [['head', 'a.f64', '--nothing'], '--nothing'],
    [['head', 'a.f64', '-n', '1', '--lines=1'], '--lines is given twice'],
    [['head', 'a.f64', '--json', '--json'], '--json is given twice'],
    [['info', 'a.f64', '-t', 'd', '--type', 'f'], '--type is given twice'],
    [['diff', 'a.f64', 'a.f64', '--tolerance', '1', '--tolerance', '2'], '--tolerance is given twice'],
    [['convert', 'a.f64', 'b', '--range', ':1', '--range', ':2'], '--range is given twice'],
    [['convert', 'a.csv', 'b.f32.le'], '.f32 in b.f32.le says a type only at the end of a name'],
    [['convert', 'a.csv', 'b.F64.v2.bin'], '.F64 in b.F64.v2.bin says'],
    [['convert', 'a.csv', 'b.f32~'], '.f32 in b.f32~ says'],
    [['convert', 'a.csv', 'b.f32 (1)'], 'give --type'],
    [['convert', 'a.csv', 'b.double.be'], 'give --type'],
    [['head', 'a.f64', '-n', '-5'], 'lines'],
    [['head', 'a.f64', '-n', '1.5'], 'lines'],
    [['head', 'a.f64', '-n', '1e400'], 'lines'],
    [['get', 'a.f64'], 'INDEX is missing'],
    [['get', 'a.f64', 'x'], 'x is not an index or a slice'],
    [['get', 'a.f64', '1:2:0'], 'the step of a slice cannot be 0'],
    [['get', 'a.f64', 'x,'], 'x is not an index or a slice'],
    [['get', 'a.f64', '1:2:0,'], 'the step of a slice cannot be 0'],
    [
      ['get', 'a.f64', '1:2:3:4'],
      "a slice takes START:STOP:STEP in whole numbers, with a space before the next one, not '1:2:3:4'",
    ],
    [['get', 'a.f64', '...,...'], 'more than one ...'],
    [['head', 'a.f64', '--type', 'bool'], "write u8 for bytes of 0 and 1, or --type '|b1'"],
    [['head', 'a.f64', '--type', 'uint16_t'], 'did you mean uint16?'],
    [['head', 'a.f64', '--type', 'f8'], 'write f64 or <f8'],
    [['head', 'a.f64', '--type', 'u4'], 'write u32 or <u4'],
    [['head', 'a.f64', '--type', 'i128'], 'no int128'],
    [['head', 'a.f64', '--type', 'I32'], 'did you mean int32?'],
    [['head', 'a.f64', '--format', 'xml'], '--format'],
    [['head', 'b.npy', '--offset', '8'], '--offset'],
    [['head', 'a'], 'give --type'],
    [['convert', 'a.f64'], 'TARGET is missing'],
    [['convert', 'a.f64', 'b', '--to', 'xml'], "not 'xml'"],
    [
      ['convert', 'a.f64', 'b', '--column', '1'],
      '--column is for a FILE of CSV or JSON lines, and a.f64 is a raw file; --from csv reads it as CSV',
    ],
    // What broke: it said that --delimiter goes with CSV, which the target is.
    [
      ['convert', 'b.npy', 'c.csv', '--delimiter', ';'],
      "--delimiter is for a FILE of CSV, and b.npy is in NumPy's format",
    ],
    [
      ['convert', 'b.npy', 'c.csv', '--dates', 'D'],
      "--dates is for a FILE of CSV or JSON lines, and b.npy is in NumPy's",
    ],
    [['convert', 'a.jsonl', 'c.csv', '--titles'], '--titles is for a FILE of CSV, and a.jsonl is JSON lines'],
    [['convert', 'a.csv', 'b', '--missing-text', '-9,9'], 'if that is -9,9, write --missing-text=-9,9; see'],
    [['head', 'a.f64', '-t', '-x'], '--type takes a value; if that is -x, write --type=-x'],
    [['convert', 'a.f64', 'b', '--header', 'x'], '--header'],
    [['plot', 'a.f64', '--svg', 'a', '--png', 'b'], 'one picture each'],
    [['plot', 'a.f64', '--range', '5'], '--range'],
    [['plot', 'a.f64', '--bins', '5'], '--bins'],
    [['plot', 'a.f64', '--width', '1000000000'], '8000'],
    [['plot', 'a.f64', '--height', '99999', '--svg', '-'], '8000'],
    [['plot'], 'FILE is missing'],
    [['plot', 'a.f64', '--x-type', 'time'], '--x-type needs --x or --x-field'],
    [['plot', 'a.f64', '--x', 'a.f64', '--x-unit', 's'], '--x-unit needs --x-type time'],
    [['plot', 'a.f64', '--x', 'a.f64', '--x-type', 'date'], "--x-type takes number or time, not 'date'"],
    [['plot', 'a.f64', '--x', 'a.f64', '--x-type', 'time', '--x-unit', 'y'], '--x-unit takes D, h, m'],
    [['plot', 'a.f64', '--x', 'a.f64', '--histogram'], 'leave out --x and --x-field'],
    [['plot', 'a.f64', 'a.f64', '--histogram'], '--histogram takes one FILE'],
    [['plot', 'a.f64', 'b.npy', '--x-field', 'time'], '--x-field without --x is for one FILE'],
    [['plot', 'a.f64', '--x-field', 'time'], 'does not hold any'],
    [['plot', ...Array.from({ length: 11 }, () => 'a.f64')], 'at most 10 series'],
    [['plot', 'a.f64', '--width', '19'], '20 to 8000'],
    [['tail', '-f', '-F', 'a.f64'], 'contradict each other'],
    [['tail', '-f', '--json', 'a.f64'], '--json prints a complete array'],
    [['view'], 'FILE is missing'],
    [['view', 'a.f64', '--x-type', 'time'], '--x-type needs --x'],
    [['view', 'a.f64', '--port', '70000'], '--port'],
  ])('%j', async (words, message) => {
    make(scope, 'a.f64', 'd', [1, 2])
    make(scope, 'a', 'd', [1, 2])
    make(scope, 'b.npy', 'd', [1])
    scope.file('1.5\n', 'a.csv')
    expect(await failure(2, words, { cwd: scope.directory })).toContain(message)
  })
})

describe('what the system refuses is exit code 3, what the data do not hold 4', () => {
  test('files that are none', async () => {
    expect(await failure(3, ['info', scope.path('none.f64')])).toContain('ENOENT')
    fs.mkdirSync(scope.path('folder.f64'))
    expect(await failure(3, ['info', scope.path('folder.f64')])).toContain('EISDIR')
    expect(await failure(2, ['info', '/dev/zero', '--type', 'd'])).toContain('/dev/zero is a pipe or a device')
  })

  test.skipIf(process.getuid() === 0)('files that one may not read', async () => {
    const file = make(scope, 'secret.f64', 'd', [1])
    fs.chmodSync(file, 0)
    expect(await failure(3, ['info', file])).toContain('EACCES')
  })

  test('data', async () => {
    expect(await failure(4, ['get', make(scope, 'a.f64', 'd', [1]), '5'])).toContain('no element 5')
    expect(await failure(4, ['get', scope.path('a.f64'), '0,:'])).toContain(
      "'0,:' has 2 indices, and the file has 1 dimension",
    )
    expect(await failure(4, ['info', scope.file(Buffer.from('nonsense'), 'b.npy')])).toContain('ERR_INVALID_NPY')
    const header = "{'descr': '>f8', 'fortran_order': False, 'shape': (1,), }"
    const bytes = Buffer.concat([
      Buffer.from(`\x93NUMPY\x01\0\x76\0${header.padEnd(117)}\n`, 'latin1'),
      Buffer.alloc(8),
    ])
    expect(await failure(4, ['head', scope.file(bytes, 'big-endian.npy')])).toContain('ERR_UNSUPPORTED_NPY')
    expect(await failure(4, ['plot', make(scope, 'text', 'w', 'ab'), '--type', 'w'])).toContain('characters')
    expect(await failure(4, ['view', make(scope, 'text', 'w', 'ab'), '--type', 'w'])).toContain('characters')
    expect(await failure(4, ['head', make(scope, 'x.f64', 'd', [1]), '--offset', '3'])).toContain('ERR_OUT_OF_RANGE')
  })
})
