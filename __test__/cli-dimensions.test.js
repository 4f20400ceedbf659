// convert and diff on .npy files: dimensions, order and kinds go along or are an error, and any byte order is read.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { readHeader, headerOf as headerBytes } from '../cli/npy/header.js'
import { MmapArray } from '../index.js'
import { headerOf, npyBytes, textOf } from './support/npy.js'
import { startNumpy } from './support/numpy-process.js'
import { pythonWithNumpy } from './support/numpy.js'
import { run } from './support/processes.js'
import { useScope } from './support/scope.js'
import { describeOnSmallDisk, runOnSmallDisk } from './support/small-disks.js'
import { TOOL, failure, make, printed, read, tool } from './support/tool.js'
import { PAGE } from './support/pages.js'

const scope = useScope()
const convert = (...words) => printed(['convert', ...words])
const differ = async (...words) => {
  const { code, signal, stdout } = await tool(['diff', ...words])
  expect({ code, signal }).toEqual({ code: 1, signal: null })
  return stdout
}

/** A file of the bytes 0, 1, 2 … as they lie in it. */
const grid = (name, { shape = '(2, 3)', fortran = 'False', descr = "'|u1'", count = 6, ...layout } = {}) =>
  scope.file(npyBytes({ shape, fortran, descr }, { data: Buffer.from([...Array(count).keys()]), ...layout }), name)
const facts = (path) => {
  const { shape, fortranOrder, isBoolean, typecode } = readHeader(path)
  return { shape, fortranOrder, isBoolean, typecode, items: read(path) }
}

describe('convert to .npy', () => {
  test('keeps shape and order through a change of type', async () => {
    for (const fortran of ['False', 'True']) {
      const file = grid('f.npy', { fortran })
      await convert(file, scope.path('g.npy'), '--type', 'f32', '--force')
      const expected = { shape: [2, 3], fortranOrder: fortran === 'True', isBoolean: false, typecode: 'f' }
      expect(facts(scope.path('g.npy'))).toEqual({ ...expected, items: [0, 1, 2, 3, 4, 5] })
    }
  })

  test('keeps any number of dimensions, and lengths of 0', async () => {
    for (const [shape, lengths, count] of [
      ['()', [], 1],
      ['(0,)', [0], 0],
      ['(0, 3)', [0, 3], 0],
      ['(3, 0)', [3, 0], 0],
      ['(1, 1, 2, 1, 3)', [1, 1, 2, 1, 3], 6],
    ]) {
      await convert(grid('f.npy', { shape, count }), scope.path('g.npy'), '--type', 'i16', '--force', '--allow-empty')
      expect(facts(scope.path('g.npy'))).toMatchObject({ shape: lengths, items: [...Array(count).keys()] })
    }
  })

  test('keeps booleans unless a type is asked for', async () => {
    for (const descr of ["'|b1'", "'?'", "'bool'"]) {
      const mask = grid('mask.npy', { descr, shape: '(2,)', count: 2 })
      await convert(mask, scope.path('same.npy'), '--force')
      expect(facts(scope.path('same.npy'))).toMatchObject({ isBoolean: true, shape: [2], items: [0, 1] })
      await convert(mask, scope.path('bytes.npy'), '--type', 'uint8', '--force')
      expect(facts(scope.path('bytes.npy'))).toMatchObject({ isBoolean: false, items: [0, 1] })
    }
  })

  test('writes booleans where |b1 is asked for, of 0 and 1 only', async () => {
    const bytes = make(scope, 'a.u8', 'B', [1, 0, 1])
    await convert(bytes, scope.path('b.npy'), '--type', '|b1')
    expect(facts(scope.path('b.npy'))).toMatchObject({ isBoolean: true, items: [1, 0, 1] })
    const wrong = make(scope, 'c.u8', 'B', [1, 2])
    expect(await failure(4, ['convert', wrong, scope.path('d.npy'), '--type', '|b1'])).toBe(
      'element 1: 2 is not a boolean, 0 or 1',
    )
    const neither = grid('e.npy', { descr: "'|b1'", shape: '(3,)', count: 3 })
    for (const words of [[], ['--type', 'uint8']])
      expect(await failure(4, ['convert', neither, scope.path('d.npy'), ...words])).toContain('2 is not a boolean')
    expect(await failure(2, ['convert', '-', scope.path('d.npy'), '--from', 'csv', '--type', '|b1'])).toContain(
      'booleans',
    )
    expect(fs.existsSync(scope.path('d.npy'))).toBe(false)
  })

  test('names the element that does not fit by its coordinates', async () => {
    for (const [fortran, place] of [
      ['False', '(1, 1)'],
      ['True', '(0, 2)'],
    ]) {
      const data = Buffer.from([0, 0, 0, 0, 200, 0])
      const file = scope.file(npyBytes({ shape: '(2, 3)', fortran, descr: "'|u1'" }, { data }), 'a.npy')
      for (const words of [[], ['--flatten'], ['--range', '0:2']]) {
        const said = await failure(4, ['convert', file, scope.path('b.npy'), '--type', 'int8', ...words])
        expect(said).toContain(`element ${place}: `)
      }
      const said = await failure(4, ['convert', file, scope.path('b.csv'), '--type', 'int8'])
      expect(said).toContain(`element ${place}: `)
      expect(fs.readdirSync(scope.directory)).toEqual(['a.npy'])
    }
  })
})

describe('convert to a format without dimensions', () => {
  test('says what would be lost', async () => {
    const file = grid('f.npy')
    for (const name of ['g.bin', 'g.jsonl', 'g.u8']) {
      expect(await failure(2, ['convert', file, scope.path(name)])).toMatch(
        /^(a raw file|JSON lines) cannot keep the dimensions 2 × 3: --flatten/,
      )
    }
    for (const shape of ['()', '(1, 2, 3)', '(0, 3)']) {
      const other = grid('h.npy', { shape })
      expect(await failure(2, ['convert', other, scope.path('g.csv')])).toContain('CSV cannot keep the dimensions')
    }
    const mask = grid('mask.npy', { descr: "'|b1'", shape: '(2,)' })
    for (const name of ['g.bin', 'g.csv', 'g.jsonl'])
      expect(await failure(2, ['convert', mask, scope.path(name)])).toContain('has no booleans: --type u8')
    await convert(mask, scope.path('g.csv'), '--type', 'uint8')
    expect(fs.readFileSync(scope.path('g.csv'), 'utf8')).toBe('0\n1\n')
    await convert(mask, scope.path('mask.uint8'))
    expect([...fs.readFileSync(scope.path('mask.uint8'))]).toEqual([0, 1])
  })

  test('is one row with --flatten, the last index fastest', async () => {
    const [c, fortran] = [grid('c.npy'), grid('f.npy', { fortran: 'True' })]
    for (const [file, items] of [
      [c, [0, 1, 2, 3, 4, 5]],
      [fortran, [0, 2, 4, 1, 3, 5]],
    ]) {
      for (const name of ['g.uint8', 'g.npy']) {
        await convert(file, scope.path(name), '--flatten', '--force')
        expect(read(scope.path(name), 'B')).toEqual(items)
      }
      await convert(file, scope.path('g.jsonl'), '--flatten', '--force')
      expect(fs.readFileSync(scope.path('g.jsonl'), 'utf8')).toBe(`${items.join('\n')}\n`)
    }
    expect(await failure(2, ['convert', '-', scope.path('x'), '--from', 'csv', '--flatten'])).toContain('--flatten')
  })

  test('writes the rows of two dimensions as rows of CSV', async () => {
    await convert(grid('c.npy'), scope.path('c.csv'), '--header', 'x,y,z')
    expect(fs.readFileSync(scope.path('c.csv'), 'utf8')).toBe('x,y,z\n0,1,2\n3,4,5\n')
    const said = await failure(2, ['convert', grid('c.npy'), scope.path('d.csv'), '--header', 'x,y'])
    expect(said).toContain('3 titles')
    await convert(grid('f.npy', { fortran: 'True' }), scope.path('f.tsv'))
    expect(fs.readFileSync(scope.path('f.tsv'), 'utf8')).toBe('0\t2\t4\n1\t3\t5\n')
    await convert(grid('one.npy', { shape: '(6, 1)' }), scope.path('one.csv'))
    expect(fs.readFileSync(scope.path('one.csv'), 'utf8')).toBe('0\n1\n2\n3\n4\n5\n')
    // More than a block of elements, of rows that no block ends with.
    const count = 7 * 30_001
    const data = Buffer.from(Float32Array.from({ length: count }, (_, n) => n / 4).buffer)
    const facts = { shape: '(30001, 7)', descr: "'<f4'" }
    await convert(scope.file(npyBytes(facts, { data }), 'big.npy'), scope.path('big.csv'))
    const rows = fs.readFileSync(scope.path('big.csv'), 'utf8').trimEnd().split('\n')
    expect(rows).toHaveLength(30_001)
    expect(rows.flatMap((row) => row.split(',')).map(Number)).toEqual(Array.from({ length: count }, (_, n) => n / 4))
  })
})

describe('--range', () => {
  test('takes elements as Python does', async () => {
    const file = make(scope, 'a.f64', 'd', [...Array(200_000).keys()])
    for (const [range, first, last] of [
      ['5:', 5, 199_999],
      [':-199998', 0, 1],
      ['-3:', 199_997, 199_999],
      ['70000:140001', 70_000, 140_000],
      ['199999:300000', 199_999, 199_999],
    ]) {
      await convert(file, scope.path('b.f64'), '--range', range, '--force')
      const items = read(scope.path('b.f64'), 'd')
      expect([items[0], items.at(-1), items.length]).toEqual([first, last, last - first + 1])
    }
    expect(await failure(2, ['convert', file, scope.path('c.f64'), '--range', '::2'])).toContain('without a step')
    expect(await failure(2, ['convert', file, scope.path('c.f64'), '--range', '5'])).toContain('START:STOP')
    expect(await failure(4, ['convert', file, scope.path('c.i8'), '--range', '127:', '--type', 'int8'])).toMatch(
      /^element 128: /,
    )
  })

  test('takes rows of several dimensions', async () => {
    for (const [fortran, items] of [
      ['False', [2, 3, 4, 5]],
      ['True', [1, 4, 2, 5]],
    ]) {
      const file = grid('f.npy', { fortran, shape: '(3, 2)' })
      await convert(file, scope.path('g.npy'), '--range', '1:', '--force')
      expect(facts(scope.path('g.npy'))).toMatchObject({ shape: [2, 2], fortranOrder: false, items })
      await convert(file, scope.path('g.csv'), '--range', '-2:-1', '--force')
      expect(fs.readFileSync(scope.path('g.csv'), 'utf8')).toBe(`${items[0]},${items[1]}\n`)
    }
    const single = grid('s.npy', { shape: '()', count: 1 })
    expect(await failure(2, ['convert', single, scope.path('x.npy'), '--range', '0:1'])).toContain('single element')
  })

  test('takes elements of text and of a pipe, from the start only', async () => {
    const pipe = (words, input) => {
      const { stdout, stderr, status } = spawnSync(process.execPath, [TOOL, 'convert', ...words], { input })
      return [status, String(stdout) || String(stderr)]
    }
    const lines = `${[...Array(200_000).keys()].join('\n')}\n`
    for (const format of ['csv', 'jsonl']) {
      const words = ['-', '-', '--from', format, '--to', 'csv', '--range']
      expect(pipe([...words, '150000:150002'], lines)).toEqual([0, '150000\n150001\n'])
      expect(pipe([...words, '199999:'], lines)).toEqual([0, '199999\n'])
      expect(pipe([...words, '-2:'], lines)).toEqual([2, expect.stringContaining('from the end')])
      expect(pipe([...words, ':-2'], lines)).toEqual([2, expect.stringContaining('from the end')])
    }
    const bytes = Buffer.from(Int16Array.from(Array(100_000).keys()).buffer)
    expect(pipe(['-', '-', '--type', 'i16', '--to', 'csv', '--range', '3:5'], bytes)).toEqual([0, '3\n4\n'])
    const csv = scope.file('1\n2\n300\n', 'a.csv')
    const words = ['convert', csv, scope.path('b.npy'), '--type', 'uint8', '--range', '1:']
    expect(await failure(4, words)).toMatch(/line 3\b/)
  })
})

describe('diff', () => {
  test('compares by coordinates, in whichever order the elements lie', async () => {
    const c = grid('c.npy')
    const bytes = Buffer.from([0, 3, 1, 4, 2, 5])
    const fortran = scope.file(npyBytes({ shape: '(2, 3)', fortran: 'True', descr: "'|u1'" }, { data: bytes }), 'f.npy')
    expect(await printed(['diff', c, fortran])).toBe('equal: 6 elements\n')
    const wrong = scope.file(
      npyBytes({ shape: '(2, 3)', fortran: 'True', descr: "'|u1'" }, { data: Buffer.from([0, 9, 1, 4, 7, 5]) }),
      'g.npy',
    )
    for (const file of [c, fortran]) {
      expect(await differ(file, wrong)).toBe(`different: 2 of the 6 elements
first: at (0, 2), 2 and 7
largest: at (1, 0), 3 and 9, 6 apart
`)
    }
    const { stdout } = await tool(['diff', c, wrong, '--json'])
    expect(JSON.parse(stdout)).toMatchObject({
      shapes: [
        [2, 3],
        [2, 3],
      ],
      first: { index: [0, 2] },
    })
  })

  test('says that shapes differ', async () => {
    const shapes = { a: '(3, 2)', b: '(2, 3)', c: '(6,)', d: '(1, 6)' }
    const files = Object.entries(shapes).map(([name, shape]) => grid(`${name}.npy`, { shape }))
    for (const file of files) {
      for (const other of files) {
        if (file === other) expect(await printed(['diff', file, other])).toBe('equal: 6 elements\n')
        else expect(await differ(file, other)).toMatch(/^shapes: .+ and .+\n$/)
        expect(await printed(['diff', file, other, '--flatten'])).toBe('equal: 6 elements\n')
      }
    }
    const { code, stdout } = await tool(['diff', files[0], files[2], '--json'])
    expect([code, JSON.parse(stdout)]).toEqual([
      1,
      { equal: false, lengths: [6, 6], shapes: [[3, 2], [6]], types: ['uint8', 'uint8'] },
    ])
  })

  test('prints two values that differ so that they look different', async () => {
    const [single, double] = [make(scope, 'a.f32', 'f', [0.1]), make(scope, 'b.f64', 'd', [0.1])]
    const half = make(scope, 'c.f16', 'e', [0.1])
    expect(await differ(single, double)).toContain('first: at 0, 0.10000000149011612 and 0.1\n')
    expect(await differ(half, single)).toContain('first: at 0, 0.0999755859375 and 0.10000000149011612\n')
    expect(await differ(single, make(scope, 'd.f64', 'd', [0.2]))).toContain('first: at 0, 0.1 and 0.2\n')
  })

  test('takes any byte but 0 of a boolean for True, as NumPy does', async () => {
    const of = (name, descr, ...bytes) =>
      scope.file(npyBytes({ descr: `'${descr}'`, shape: `(${bytes.length},)` }, { data: Buffer.from(bytes) }), name)
    const mask = of('mask.npy', '|b1', 0, 1, 2, 255)
    expect(await printed(['diff', mask, of('same.npy', '|b1', 0, 1, 1, 1)])).toBe('equal: 4 elements\n')
    expect(await printed(['diff', of('one.npy', '|u1', 0, 1, 1, 1), mask])).toBe('equal: 4 elements, uint8 and bool\n')
    expect(await differ(mask, of('other.npy', '|u1', 0, 1, 2, 0))).toBe(`different: 2 of the 4 elements, bool and uint8
first: at 2, 1 and 2
largest: at 2, 1 and 2, 1 apart
`)
    expect(await failure(4, ['convert', mask, scope.path('copy.npy')])).toBe('element 2: 2 is not a boolean, 0 or 1')
  })

  test('of integers of 8 bytes goes by their exact distance', async () => {
    const of = (name, code, ...items) => make(scope, name, code, items)
    const zero = of('zero.npy', 'q', 0n)
    const high = of('high.npy', 'q', 2n ** 53n + 1n)
    const far = '0 and 9007199254740993, 9007199254740993 apart\n'
    expect(await differ(zero, high, '--tolerance', '9007199254740992')).toContain(far)
    expect(await printed(['diff', zero, high, '--tolerance', '9007199254740993'])).toBe('equal: 1 elements\n')
    expect(await printed(['diff', zero, high, '--relative', '1'])).toBe('equal: 1 elements\n')
    expect(await printed(['diff', zero, high, '--relative', 'Infinity'])).toBe('equal: 1 elements\n')
    expect(await differ(zero, high, '--relative', '0.9999999999999998')).toContain(far)

    const [low, top] = [of('low.npy', 'q', -(2n ** 63n)), of('top.npy', 'Q', 2n ** 64n - 1n)]
    expect(await differ(low, top, '--tolerance', '27670116110564327422')).toContain(', 27670116110564327423 apart')
    expect(await tool(['diff', low, top, '--tolerance', '27670116110564327423'])).toMatchObject({ code: 0 })
    const double = of('double.npy', 'd', -1)
    expect(await differ(double, high, '--tolerance', '9007199254740993')).toContain(' 9007199254740994 apart')
    // Each is safe, and how far they are apart is not.
    const [left, right] = [of('left.npy', 'q', 2n - 2n ** 53n), of('right.npy', 'q', 2n ** 53n - 1n)]
    expect(await differ(left, right, '--tolerance', '18014398509481980')).toContain(' 18014398509481981 apart')

    const { stdout } = await tool(['diff', zero, high, '--json'])
    expect(JSON.parse(stdout).largest).toMatchObject({ distance: '9007199254740993' })
    expect(JSON.parse((await tool(['diff', zero, of('one.npy', 'q', 5n), '--json'])).stdout).largest.distance).toBe(5)
  })

  test('says that kinds differ where the values are equal', async () => {
    const mask = grid('a.npy', { descr: "'|b1'", shape: '(2,)', count: 2 })
    const bytes = grid('b.npy', { shape: '(2,)', count: 2 })
    expect(await printed(['diff', mask, bytes])).toBe('equal: 2 elements, bool and uint8\n')
    expect(await printed(['diff', mask, mask])).toBe('equal: 2 elements\n')
  })
})

test('info says order and kind', async () => {
  const file = grid('f.npy', { fortran: 'True', descr: "'|b1'", count: 6 })
  const shown = await printed(['info', file, '--no-stats'])
  expect(shown).toContain("type        bool ('B')\n")
  expect(shown).toContain('shape       2 × 3\n  order       Fortran\n')
  expect(JSON.parse(await printed(['info', grid('c.npy'), '--json']))).toMatchObject({ order: 'C', typeName: 'uint8' })
  const least = make(scope, 'a.f32', 'f', [0.02985363081097603])
  expect(await printed(['info', least])).toContain('least       0.02985363\n')
})

/** The same doubles in a file whose data begin anywhere, and of any byte order. */
function foreign(name, items, { order = '<', align = 64, shape = `(${items.length},)`, fortran = 'False' } = {}) {
  const data = Buffer.alloc(items.length * 8)
  items.forEach((item, n) => (order === '>' ? data.writeDoubleBE(item, n * 8) : data.writeDoubleLE(item, n * 8)))
  const body = textOf({ descr: `'${order}f8'`, shape, fortran }, { align })
  return scope.file(Buffer.concat([headerOf(body), data]), name)
}

describe('files that cannot be mapped', () => {
  test('are converted, and the errors of opening them name that', async () => {
    const items = Array.from({ length: 100_000 }, (_, n) => Math.sin(n))
    for (const layout of [{ order: '>' }, { align: 1 }, { order: '>', align: 1 }]) {
      const file = foreign('big.npy', items, layout)
      if (layout.align) expect((fs.statSync(file).size - items.length * 8) % 8).not.toBe(0)
      expect(await failure(4, ['head', file])).toMatch(/mmap-array convert.*ERR_UNSUPPORTED_NPY/)
      await convert(file, scope.path('native.npy'), '--force')
      expect(read(scope.path('native.npy'))).toEqual(items)
      expect(await printed(['diff', file, scope.path('native.npy')])).toBe('equal: 100000 elements\n')
      await convert(file, scope.path('part.f64'), '--range', '-2:', '--force')
      expect(read(scope.path('part.f64'), 'd')).toEqual(items.slice(-2))
    }
  })

  test('keep their dimensions', async () => {
    for (const align of [64, 1]) {
      const file = foreign('f.npy', [0, 1, 2, 3, 4, 5], { order: '>', align, shape: '(2, 3)', fortran: 'True' })
      await convert(file, scope.path('g.npy'), '--force')
      expect(facts(scope.path('g.npy'))).toMatchObject({ shape: [2, 3], fortranOrder: true, items: [0, 1, 2, 3, 4, 5] })
      await convert(file, scope.path('g.csv'), '--force')
      expect(fs.readFileSync(scope.path('g.csv'), 'utf8')).toBe('0,2,4\n1,3,5\n')
    }
  })

  test('that are cut off, or of types that have no typecode, are errors', async () => {
    const file = foreign('big.npy', [1, 2, 3], { order: '>' })
    expect(await failure(4, ['convert', file, scope.path('g.npy'), '--from-type', 'f32'])).toContain(
      'holds float64, not float32',
    )
    fs.truncateSync(file, fs.statSync(file).size - 1)
    expect(await failure(4, ['convert', file, scope.path('g.npy')])).toContain(
      'its header says 3 elements, but it has only 2',
    )
    fs.truncateSync(file, 100)
    expect(await failure(4, ['convert', file, scope.path('g.npy')])).toContain('ERR_INVALID_NPY')
    for (const descr of ["'<c32'", "'<M8[ns]'", "'|S5'", "'|V4'", "'|O'", "[('a', '<M8[ns]')]", "[('a', '>f8')]"])
      expect(await failure(4, ['convert', grid('c.npy', { descr, shape: '(0,)' }), scope.path('g.npy')])).toContain(
        'ERR_UNSUPPORTED_NPY',
      )
    expect(fs.existsSync(scope.path('g.npy'))).toBe(false)
  })
})

test('a file that is cut while it is put into another order is an error', async () => {
  const items = Array.from({ length: 1 << 17 }, () => 1)
  const shape = '(512, 256)'
  const file = foreign('cut.npy', items, { order: '>', shape, fortran: 'True' })
  const whole = foreign('whole.npy', items, { shape })
  const size = fs.statSync(file).size
  // The file is mapped first, and cut before anything is read: no race.
  const body = `
    import { truncateSync } from 'node:fs'
    import { MmapArray } from ${JSON.stringify(new URL('../index.js', import.meta.url).href)}
    const open = MmapArray.open
    MmapArray.open = (...given) => { const array = open.apply(MmapArray, given); truncateSync(${JSON.stringify(file)}, ${PAGE}); return array }
    const { main } = await import(${JSON.stringify(new URL('../cli/main.js', import.meta.url).href)})
    process.exitCode = await main(process.argv.slice(1))`
  for (const words of [
    ['convert', file, scope.path('b.npy')],
    ['convert', file, scope.path('b.csv')],
    ['convert', file, scope.path('b.f64'), '--flatten'],
    ['diff', file, whole],
  ]) {
    fs.truncateSync(file, size)
    const { code, signal, stderr } = await run(process.execPath, ['--input-type=module', '-e', body, '--', ...words])
    expect({ code, signal, stderr }, words[0]).toMatchObject({ code: 4, signal: null })
    expect(stderr, words[0]).toContain('ERR_MEMORY_FAULT')
  }
  expect(fs.readdirSync(scope.directory)).toEqual(['cut.npy', 'whole.npy'])
})

describe('large arrays in Fortran order', () => {
  test.each([
    ['many rows', '(70000, 3)', [70_000, 3]],
    ['many columns', '(3, 70000)', [3, 70_000]],
    ['more dimensions', '(40, 5, 30, 40)', [40, 5, 30, 40]],
  ])('become rows: %s', async (_, shape, lengths) => {
    const count = lengths.reduce((a, b) => a * b)
    const strides = lengths.map((__, axis) => lengths.slice(0, axis).reduce((a, b) => a * b, 1))
    const data = Buffer.from(Int32Array.from(Array(count).keys()).buffer)
    const file = scope.file(npyBytes({ shape, fortran: 'True' }, { data }), 'f.npy')
    await convert(file, scope.path('g.i32'), '--flatten')
    const expected = new Int32Array(count)
    for (let at = 0; at < count; at++) {
      let [rest, source] = [at, 0]
      for (let axis = lengths.length - 1; axis >= 0; axis--) {
        source += (rest % lengths[axis]) * strides[axis]
        rest = Math.floor(rest / lengths[axis])
      }
      expected[at] = source
    }
    const bytes = fs.readFileSync(scope.path('g.i32'))
    expect(bytes.equals(Buffer.from(expected.buffer))).toBe(true)
  })
})

describeOnSmallDisk('a full disk', () => {
  test('leaves no half file of several dimensions', async () => {
    const data = Buffer.alloc(4_000_000)
    const file = scope.file(npyBytes({ shape: '(1000, 1000)' }, { data }), 'a.npy')
    const disk = scope.path('disk')
    fs.mkdirSync(disk)
    const body = `
      import { spawnSync } from 'node:child_process'
      const [, cwd, file] = process.argv
      for (const name of ['b.npy', 'b.csv']) {
        const { status, stderr } = spawnSync(process.execPath, [${JSON.stringify(TOOL)}, 'convert', file, name], { cwd })
        console.log(status, /ENOSPC/.test(stderr), fs.readdirSync(cwd).length)
      }`
    const { stdout } = await runOnSmallDisk(disk, '1m', body, file)
    expect(stdout.trim().split('\n')).toEqual(['3 true 0', '3 true 0'])
  })
})

describe('float32 and float16', () => {
  test('are printed with the fewest digits that tell them apart', async () => {
    const items = [0.02985363081097603, 0.1, 3.4028234663852886e38, 1e-45, 16777217, -0, 123456789].map(Math.fround)
    const words = ['0.02985363', '0.1', '3.4028235e+38', '1e-45', '16777216', '-0', '123456792']
    const file = make(scope, 'a.f32', 'f', items)
    for (const command of [
      ['head', file],
      ['tail', file],
      ['get', file, ':'],
      ['convert', file, '-', '--to', 'jsonl'],
    ])
      expect(await printed(command)).toBe(`${words.join('\n')}\n`)
    expect(await printed(['head', file, '--json'])).toBe(`[${words.join(', ')}]\n`)
    await convert(file, scope.path('a.csv'))
    expect(fs.readFileSync(scope.path('a.csv'), 'utf8')).toBe(`${words.join('\n')}\n`)
    await convert(scope.path('a.csv'), scope.path('b.f32'))
    expect(fs.readFileSync(scope.path('b.f32'))).toEqual(fs.readFileSync(file))
    const half = make(scope, 'a.f16', 'e', [0.1, 65504, 2 ** -24, 1 / 3])
    expect(await printed(['head', half])).toBe('0.1\n65504\n6e-8\n0.3333\n')
    const other = make(scope, 'b.f64', 'd', [0.5, ...items.slice(1)])
    expect(await differ(file, other)).toContain('first: at 0, 0.02985363 and 0.5')
  })
})

describe('as NumPy has it', () => {
  let numpy
  beforeEach(async ({ skip }) => {
    numpy ??= startNumpy(await pythonWithNumpy(skip))
  }, 200_000)
  afterAll(() => numpy?.end())

  const KINDS = ['|b1', '<f4', '>f8', '>i2', '>U1', '<U1', '|S1', '<f2', '>f2', '>u8', '<i4', '>i4']
  const SHAPES = [[], [0], [5], [2, 3], [3, 0], [0, 7], [1, 5], [4, 3, 2], [2, 1, 3, 2], [70, 90]]

  test.each(KINDS)(
    '%s of any shape and order is what np.save writes',
    async (dtype) => {
      const [file, native, turned] = ['a.npy', 'b.npy', 'c.npy'].map((name) => scope.path(name))
      for (const shape of SHAPES) {
        for (const order of ['C', 'F']) {
          await numpy.ask('save_pattern', file, dtype, shape, order)
          await convert(file, native, '--force', '--allow-empty')
          await numpy.ask('save_pattern', turned, dtype.replace('>', '<'), shape, order)
          expect(fs.readFileSync(native), `${shape} ${order}`).toEqual(fs.readFileSync(turned))
          await numpy.ask('save_pattern', turned, dtype, shape, order === 'C' ? 'F' : 'C')
          expect(await printed(['diff', file, turned])).toMatch(/^equal: \d+ elements\n$/)
        }
      }
    },
    120_000,
  )

  test('the fewest digits are those of NumPy', async () => {
    for (const [dtype, code] of [
      ['<f4', 'f'],
      ['<f2', 'e'],
    ]) {
      const file = scope.path(`digits.${code}`)
      const words = await numpy.ask('save_digits', file, dtype)
      const lines = (await printed(['head', file, '--type', code, '-n', String(words.length)])).trimEnd().split('\n')
      // Whole numbers keep all of their digits here.
      const wrong = lines.filter(
        (line, n) => line.length < 16 && !Number.isSafeInteger(Number(line)) && Number(line) !== Number(words[n]),
      )
      expect(wrong).toEqual([])
      expect(lines).toHaveLength(words.length)
    }
  })
})

test('a header is read as the library reads it', () => {
  const path = scope.path('a.npy')
  for (const [text, version] of [
    ["{'descr': '<f8', 'fortran_order': True, 'shape': (2, 3), }"],
    ["{\"shape\":(2,\n3),'fortran_order':True,'descr':'i2'}"],
    ["{u'descr': u'<f8', 'fortran_order': False, 'shape': (3L,), } # x"],
    ["{'descr': '<i4', 'fortran_order': False, 'shape':\"(9,), }# \", 'shape': (2,), }"],
    ["{'descr': '<i4', 'fortran_order': False, 'shape': ((2), (3)), }", [3, 0]],
    ["{'descr': '<i4', 'fortran_order': False, 'shape': (0, 9007199254740991), }", [2, 0]],
  ]) {
    const body = text.padEnd(version ? 116 : 118)
    fs.writeFileSync(path, Buffer.concat([headerOf(body, { version: version ?? [1, 0] }), Buffer.alloc(96)]))
    const array = scope.keep(MmapArray.open(path))
    expect(readHeader(path), text).toMatchObject({ shape: array.shape, typecode: array.typecode, dataStart: 128 })
  }
  for (const text of ['', '{', '{}', '[]', "{'descr': '<f8'}", "{'descr': '<f8', 'fortran_order': 0, 'shape': (2,)}"]) {
    fs.writeFileSync(path, headerOf(text))
    expect(() => readHeader(path), text).toThrow(/is not a valid \.npy file/)
  }
  const layout = { typecode: 'd', shape: [2, 3], fortranOrder: true, isBoolean: false }
  expect(headerBytes(layout).length % 64).toBe(0)
})

describe('a name of a type', () => {
  const sizes = '? b1 i1 u1 i2 u2 i4 u4 i8 u8 f2 f4 f8 c8 c16 S1 a1 U1 F D b B h H i I l L q Q p P n N e f d c'
  const words =
    'bool bool_ int8 byte uint8 ubyte int16 short uint16 ushort int32 intc uint32 uintc int64 int int_ intp long longlong ' +
    'uint64 uint uintp ulong ulonglong float16 half float32 single float64 float double ' +
    'complex64 csingle complex128 complex cdouble'
  const none = 'float_ Float64 f16 c4 M8 S S2 U2 i3 g G O toString constructor __proto__'
  const all = `${sizes} ${words} ${none}`.split(' ')

  test('has the typecode that the library gives it, with every byte order', () => {
    for (const name of ['', ...all].flatMap((kind) => [kind, `<${kind}`, `=${kind}`, `|${kind}`, `<<${kind}`])) {
      const path = grid('named.npy', { descr: `'${name}'`, shape: '(1,)', count: 16 })
      let expected
      try {
        expected = MmapArray.open(path).typecode
      } catch (error) {
        expect(error.code, name).toBe('ERR_UNSUPPORTED_NPY')
      }
      expect(readHeader(path).typecode, name).toBe(expected)
      if (/^[<]/.test(name)) {
        const other = grid('other.npy', { descr: `'>${name.slice(1)}'`, shape: '(1,)', count: 16 })
        expect(readHeader(other), `>${name.slice(1)}`).toMatchObject({ typecode: expected, isBigEndian: true })
      }
    }
  })

  test.each([
    ['float64', 'd', [1.5, -2]],
    ['float', 'd', [1.5, -2]],
    ['int', 'q', [5n, -(2n ** 60n)]],
    ['intc', 'i', [5, -6]],
    ['half', 'e', [1.5, -2]],
    ['single', 'f', [1.5, -2]],
    ['p', 'q', [5n, -6n]],
    ['ulonglong', 'Q', [5n, 2n ** 63n]],
  ])('of data that are not aligned is read: %s', async (name, code, items) => {
    const data = fs.readFileSync(make(scope, 'data', code, items))
    const facts = { descr: `'${name}'`, shape: '(2,)' }
    const header = npyBytes(facts, { align: 64, data: Buffer.alloc(0) })
    // One byte more of the header: the data begin at 129.
    const text = `${header.toString('latin1', 10).trimEnd()}${' '.repeat(129)}`.slice(0, 118)
    const path = scope.file(Buffer.concat([headerOf(`${text}\n`), data]), 'odd.npy')
    expect(() => MmapArray.open(path)).toThrow()
    await convert(path, scope.path('even.npy'))
    expect(read(scope.path('even.npy'))).toEqual(items)
    expect(readHeader(scope.path('even.npy')).typecode).toBe(code)
  })
})

// What broke: 2 and 255 were shown, which no boolean is.
test('info, head, tail and get show any byte but 0 of a boolean as 1', async () => {
  const data = Buffer.from([0, 2, 255, 1])
  const mask = scope.file(npyBytes({ descr: "'|b1'", shape: '(4,)' }, { data }), 'mask.npy')
  expect(await printed(['head', mask])).toBe('0\n1\n1\n1\n')
  expect(await printed(['tail', mask, '-n', '2', '--json'])).toBe('[1, 1]\n')
  expect(await printed(['get', mask, '2', '::-2'])).toBe('1\n1\n1\n')
  const facts = JSON.parse(await printed(['info', mask, '--json']))
  expect(facts).toMatchObject({ typeName: 'bool', min: 0, max: 1, sum: '3', mean: 0.75 })
})
