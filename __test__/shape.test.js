// Arrays of several dimensions: their shape, elements by coordinates, rows, and what would leave part of a row.
import fs from 'node:fs'
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { expectError, thrownBy } from './support/errors.js'
import { npyBytes } from './support/npy.js'
import { startProcess, startThread } from './support/workers.js'
import { useScope } from './support/scope.js'
import { elements, encode, typecode } from './support/typecodes.js'

const scope = useScope()
const keep = (array) => scope.keep(array)
const open = (...parameters) => keep(MmapArray.open(...parameters))
const make = (type, init, shape) => keep(new MmapArray(type, init, { shape }))
/** [[1, 2, 3], [4, 5, 6]] */
const grid = (type = 'i', init = [1, 2, 3, 4, 5, 6]) => make(type, init, [2, 3])
const i = typecode('i')
const POINT = { x: 'i', y: 'd' }

class Mine extends MmapArray {}

/** A .npy file of (2, 3) in Fortran order: the same elements as grid(), as they lie in it [1, 4, 2, 5, 3, 6]. */
const fortran = (flags = 'r') =>
  open(
    scope.file(npyBytes({ shape: '(2, 3)', fortran: 'True' }, { data: encode(i, [1, 4, 2, 5, 3, 6]) }), 'fortran.npy'),
    undefined,
    { flags },
  )

describe('shape, order, strides and offset', () => {
  test('of an array of one dimension are those of its elements', () => {
    const array = keep(new MmapArray('d', 5))
    expect([array.shape, array.order, array.strides, array.offset]).toEqual([[5], 'C', [1], 0])
  })

  test('of several dimensions in C order', () => {
    const array = make('h', undefined, [2, 3, 4])
    expect([array.shape, array.order, array.strides, array.length]).toEqual([[2, 3, 4], 'C', [12, 4, 1], 24])
  })

  test('of several dimensions in Fortran order', () => {
    const array = fortran()
    expect([array.shape, array.order, array.strides, array.offset]).toEqual([[2, 3], 'F', [1, 2], 128])
    expect(array.tolist()).toEqual([1, 4, 2, 5, 3, 6])
  })

  test('of one dimension in Fortran order are those of C order', () => {
    const array = open(scope.file(npyBytes({ shape: '(3,)', fortran: 'True' }), 'row.npy'), undefined, { flags: 'r+' })
    expect([array.order, array.strides, array.get(0)]).toEqual(['C', [1], 0])
    array.append(5)
    expect(open(array.path).shape).toEqual([4])
  })

  test('of no dimension', () => {
    const array = open(scope.file(npyBytes({ shape: '()' }), 'scalar.npy'))
    expect([array.shape, array.strides, array.order, array.length]).toEqual([[], [], 'C', 1])
    expect(array.get(0)).toBe(0)
    expectError('ERR_INVALID_ARG_TYPE', () => array.get(0, 0))
    expectError('ERR_TYPE_MISMATCH', () => array.row(0))
    expect(keep(array.copy()).shape).toEqual([1])
  })

  test('are copies, which change nothing', () => {
    const array = grid()
    array.shape[1] = 7
    array.strides[0] = 7
    array.ndarray().stride[0] = 7
    expect([array.shape, array.strides, array.get(1, 0)]).toEqual([[2, 3], [3, 1], 4])
  })

  test('of a closed array have no rows', () => {
    const [array, other] = [grid(), fortran()]
    array.close()
    other.close()
    expect([array.shape, array.strides, array.order, array.offset]).toEqual([[0, 3], [3, 1], 'C', 0])
    expect([other.shape, other.strides, other.order, other.offset]).toEqual([[0], [1], 'C', 128])
  })

  test('of a file in order F that others have truncated are those of one dimension', () => {
    const array = fortran()
    expect([array.shape, array.strides, array.order]).toEqual([[2, 3], [1, 2], 'F'])
    fs.truncateSync(array.path, array.offset + 2 * array.itemsize)
    expect(array.refresh()).toBe(2)
    expect([array.shape, array.strides, array.order]).toEqual([[2], [1], 'C'])
    expect(array.ndarray()).toMatchObject({ shape: [2], stride: [1] })
    expect(() => array.get(0, 2)).toThrow(expect.objectContaining({ code: 'ERR_INDEX_OUT_OF_RANGE' }))
  })

  test('of a file whose rows have more bytes than there can be are those of the file', () => {
    const array = open(scope.file(npyBytes({ shape: '(0, 4611686018427387904)' }), 'wide.npy'))
    expect(array.shape).toEqual([0, 2 ** 62])
    expect(keep(array.copy()).length).toBe(0)
  })

  test('offset is the bytes before the elements', () => {
    const path = scope.file(Buffer.alloc(64))
    expect(open(path, 'i', { offset: 24, shape: [-1, 2] }).offset).toBe(24)
    expect(open(scope.path('a.npy'), 'i', { flags: 'w+', shape: [-1, 2] }).offset).toBe(128)
  })
})

describe('the option shape', () => {
  const lengths = (shape) => () => new MmapArray('i', undefined, { shape })
  test.each([
    ['no list', 5, 'ERR_INVALID_ARG_TYPE'],
    ['a typed array', Int32Array.of(2, 3), 'ERR_INVALID_ARG_TYPE'],
    ['null', null, 'ERR_INVALID_ARG_TYPE'],
    ['a text', '2,3', 'ERR_INVALID_ARG_TYPE'],
    ['no length', [], 'ERR_OUT_OF_RANGE'],
    ['65 lengths', Array(65).fill(1), 'ERR_OUT_OF_RANGE'],
    ['a fraction', [1.5, 2], 'ERR_INVALID_ARG_TYPE'],
    ['NaN', [2, NaN], 'ERR_INVALID_ARG_TYPE'],
    ['a text in the list', [2, '3'], 'ERR_INVALID_ARG_TYPE'],
    ['a bigint', [2n, 3], 'ERR_INVALID_ARG_TYPE'],
    ['a hole', [, 3], 'ERR_INVALID_ARG_TYPE'], // eslint-disable-line no-sparse-arrays
    ['-2', [-2, 3], 'ERR_OUT_OF_RANGE'],
    ['-1 behind the first', [2, -1], 'ERR_OUT_OF_RANGE'],
    ['0 behind the first', [2, 0], 'ERR_OUT_OF_RANGE'],
    ['Infinity', [Infinity, 3], 'ERR_INVALID_ARG_TYPE'],
    ['more than 2^53', [2 ** 54], 'ERR_OUT_OF_RANGE'],
    ['a product of more than 2^53 bytes', [2 ** 30, 2 ** 22], 'ERR_OUT_OF_RANGE'],
    ['a product that overflows', [2 ** 53, 2 ** 53, 2 ** 53], 'ERR_OUT_OF_RANGE'],
    ['a row that overflows', [-1, 2 ** 53, 2 ** 53], 'ERR_OUT_OF_RANGE'],
  ])('of %s is refused', (_, shape, code) => {
    expectError(code, lengths(shape))
    const path = scope.path('none')
    expectError(code, () => MmapArray.open(path, 'i', { flags: 'w+', shape }))
    expect(fs.existsSync(path)).toBe(code === 'ERR_OUT_OF_RANGE' && shape.length < 4 && fs.existsSync(path))
  })

  test('is read once', () => {
    let reads = 0
    const shape = new Proxy([2, 3], {
      get: (target, key) => (key === '1' ? (reads++, reads > 1 ? -7 : 3) : target[key]),
    })
    expect(make('i', undefined, shape).shape).toEqual([2, 3])
    expect(reads).toBe(1)
  })

  test('with -0 has no rows', () => {
    expect(make('i', undefined, [-0, 3]).shape).toEqual([0, 3])
  })

  test('does not go with length', () => {
    expectError('ERR_OUT_OF_RANGE', () => open(scope.path(), 'i', { flags: 'w+', shape: [2], length: 2 }))
  })

  test('of one length makes one dimension', () => {
    const array = make('i', undefined, [3])
    array.append(1)
    expect([array.shape, array.tolist()]).toEqual([[4], [0, 0, 0, 1]])
  })

  test('of a new array without an initializer gives zeros, or no rows', () => {
    expect(make('i', undefined, [2, 3]).tolist()).toEqual([0, 0, 0, 0, 0, 0])
    expect(make('i', undefined, [-1, 3]).shape).toEqual([0, 3])
    expect(make(POINT, undefined, [2, 1]).get(1, 0)).toEqual({ x: 0, y: 0 })
  })

  test.each([
    ['a list', [1, 2, 3, 4, 5, 6]],
    ['rows', [[1, 2, 3], [4, 5, 6]]], // prettier-ignore
    ['rows of several kinds', [Int32Array.of(1, 2, 3), [4, 5, 6]]],
    ['a typed array', Int32Array.of(1, 2, 3, 4, 5, 6)],
    ['another typed array', Float64Array.of(1, 2, 3, 4, 5, 6)],
    ['a buffer', Int32Array.of(1, 2, 3, 4, 5, 6).buffer],
    ['an iterator', new Set([1, 2, 3, 4, 5, 6])],
  ])('of a new array from %s', (_, init) => {
    for (const shape of [
      [2, 3],
      [-1, 3],
    ]) {
      const array = make('i', init, shape)
      expect([array.shape, array.tolist()]).toEqual([[2, 3], [1, 2, 3, 4, 5, 6]]) // prettier-ignore
      expect([array.get(1, 0), array.row(1)]).toEqual([4, Int32Array.of(4, 5, 6)])
    }
    expectError('ERR_OUT_OF_RANGE', () => new MmapArray('i', init, { shape: [1, 3] }))
    expectError('ERR_OUT_OF_RANGE', () => new MmapArray('i', init, { shape: [0, 3] }))
    expectError('ERR_PARTIAL_ROW', () => new MmapArray('i', init, { shape: [-1, 4] }))
  })

  test('of a new array of zeros must have that many', () => {
    expect(make('i', 6, [-1, 3]).shape).toEqual([2, 3])
    expect(make('i', 6, [2, 3]).shape).toEqual([2, 3])
    expectError('ERR_OUT_OF_RANGE', () => new MmapArray('i', 3, { shape: [2, 3] }))
    expectError('ERR_PARTIAL_ROW', () => new MmapArray('i', 7, { shape: [-1, 3] }))
  })

  test('of a raw file is how it is read', () => {
    const path = scope.file(encode(i, elements(i, 12)))
    expect(open(path, 'i').shape).toEqual([12])
    expect(open(path, 'i', { shape: [-1, 4] }).shape).toEqual([3, 4])
    expect(open(path, 'i', { shape: [-1, 2, 3] }).shape).toEqual([2, 2, 3])
    const window = open(path, 'i', { flags: 'r+', shape: [2, 4] })
    expect(window.shape).toEqual([2, 4])
    expectError('ERR_FIXED_LENGTH', () => window.append([1, 2, 3, 4]))
    expectError('ERR_OUT_OF_RANGE', () => open(path, 'i', { shape: [4, 4] }))
    const grown = open(path, 'i', { flags: 'a+', shape: [4, 4] })
    expect([grown.shape, fs.statSync(path).size]).toEqual([[4, 4], 64])
  })

  test('of a raw file that ends inside a row leaves the part out', () => {
    const path = scope.file(encode(i, elements(i, 7)))
    const array = open(path, 'i', { flags: 'r+', shape: [-1, 3] })
    expect([array.shape, array.length]).toEqual([[2, 3], 6])
    expectError('ERR_RAGGED_LENGTH', () => array.append([7, 8, 9]))
    array.set(1, 2, 60)
    expect(fs.statSync(path).size).toBe(28)
    array.close()
    const cut = open(path, 'i', { flags: 'r+', shape: [-1, 3], tail: 'cut' })
    cut.append([7, 8, 9])
    expect([cut.shape, cut.tolist().slice(5)]).toEqual([
      [3, 3],
      [60, 7, 8, 9],
    ])
    expect(fs.statSync(path).size).toBe(36)
  })

  test('of a new .npy file is kept by it', () => {
    const path = scope.path('new.npy')
    open(path, 'f', { flags: 'wx+', shape: [10, 3] }).close()
    expect(open(path).shape).toEqual([10, 3])
    open(path, 'f', { flags: 'w+', shape: [-1, 2, 2] }).append([1, 2, 3, 4])
    expect(open(path).shape).toEqual([1, 2, 2])
    expect(open(scope.path('b.npy'), 'f', { flags: 'a+', shape: [-1, 3] }).shape).toEqual([0, 3])
  })

  test('of a .npy file must be the one of the file', () => {
    const path = scope.file(npyBytes({ shape: '(4, 3)' }, { data: encode(i, elements(i, 12)) }), 'old.npy')
    for (const shape of [
      [-1, 3],
      [4, 3],
    ]) {
      // prettier-ignore
      const array = open(path, undefined, { flags: 'r+', shape })
      expect(array.shape).toEqual([4, 3])
      array.extend([])
      array.close()
    }
    const window = open(path, undefined, { flags: 'r+', shape: [2, 3] })
    expect(window.shape).toEqual([2, 3])
    expectError('ERR_FIXED_LENGTH', () => window.append([1, 2, 3]))
    for (const shape of [[-1, 4], [5, 3], [12], [-1], [2, 2, 3], [-1, 3, 1]]) {
      // prettier-ignore
      const { message } = expectError('ERR_OUT_OF_RANGE', () => open(path, undefined, { shape }))
      expect(message).toMatch(/\[4, 3\].*\[/)
    }
    const { path: other } = fortran()
    expect(open(other, undefined, { shape: [2, 3] }).order).toBe('F')
    expect(open(other, undefined, { shape: [-1, 3] }).order).toBe('F')
    expectError('ERR_OUT_OF_RANGE', () => open(other, undefined, { shape: [1, 3] }))
  })

  test('of named memory and of a descriptor', () => {
    const name = `mmap-array-shape-${process.pid}`
    const shm = keep(MmapArray.openShm(name, 'i', { flags: 'w+', shape: [2, 3] }))
    scope.atEnd(() => MmapArray.unlinkShm(name))
    expect(shm.shape).toEqual([2, 3])
    expect(keep(MmapArray.fromFd(shm.fd, 'i', { shape: [-1, 2] })).shape).toEqual([3, 2])
  })

  test('makes arrays of a subclass too', () => {
    const array = keep(new Mine('i', [[1, 2], [3, 4]], { shape: [-1, 2] })) // prettier-ignore
    expect([array.get(1, 0), array.get(1), array.at(-1)]).toEqual([3, 2, 4])
    array.set(1, 1, 40)
    array.append([5, 6])
    array.extend([[7, 8]])
    expect([array.shape, array.row(-1), array.get(1, 1)]).toEqual([[4, 2], Int32Array.of(7, 8), 40])
    expectError('ERR_INVALID_ARG_TYPE', () => array.get(1, 1, 1))
    expectError('ERR_INVALID_ARG_TYPE', () => array.set(1, 1, 1, 1))
    expectError('ERR_PARTIAL_ROW', () => array.append(1))
  })
})

/** By what get and set are called: the path of one element of each kind of elements, and a subclass, which has none. */
const KINDS = {
  numbers: () => grid(),
  'numbers, after many calls'() {
    const array = grid()
    for (let n = 0; n < 50; n++) array.get(1, 2)
    return array
  },
  bigints: () => grid('q'),
  'complex numbers': () => grid('Zd'),
  records: () => grid(POINT, [1, 2, 3, 4, 5, 6].map((x) => ({ x, y: x / 2 }))), // prettier-ignore
  'a subclass': () => keep(new Mine('i', [1, 2, 3, 4, 5, 6], { shape: [2, 3] })),
  'Fortran order': () => fortran('r+'),
}
const plain = (value) => Number(value.x ?? value.re ?? value)
const elementOf = (array, value) => {
  if (typeof array.typecode === 'object') return { x: value, y: value / 2 }
  return array.typecode === 'q' ? BigInt(value) : value
}

describe.each(Object.keys(KINDS))('get and set by coordinates, %s', (kind) => {
  const array = () => KINDS[kind]()

  test('find the elements', () => {
    const one = array()
    expect([0, 1].map((row) => [0, 1, 2].map((column) => plain(one.get(row, column))))).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ])
    expect([plain(one.get(-1, -1)), plain(one.get(-2, 0)), plain(one.get(-0, -0))]).toEqual([6, 1, 1])
    one.set(1, -2, elementOf(one, 50))
    one.set(-2, -0, elementOf(one, 10))
    expect([plain(one.get(1, 1)), plain(one.get(0, 0)), one.length]).toEqual([50, 10, 6])
  })

  test('refuse others, and change nothing', () => {
    const one = array()
    const before = one.tobytes()
    const value = elementOf(one, 9)
    const wrong = [
      ['ERR_INDEX_OUT_OF_RANGE', 2, 0],
      ['ERR_INDEX_OUT_OF_RANGE', 0, 3],
      ['ERR_INDEX_OUT_OF_RANGE', -3, 0],
      ['ERR_INDEX_OUT_OF_RANGE', 0, -4],
      ['ERR_INDEX_OUT_OF_RANGE', 2 ** 53, 0],
      ['ERR_INDEX_OUT_OF_RANGE', 0, 2 ** 53],
      ['ERR_INDEX_OUT_OF_RANGE', 2 ** 32, 0],
      ['ERR_INVALID_ARG_TYPE', 0, NaN],
      ['ERR_INVALID_ARG_TYPE', 0.5, 0],
      ['ERR_INVALID_ARG_TYPE', '1', 0],
      ['ERR_INVALID_ARG_TYPE', 1, '0'],
      ['ERR_INVALID_ARG_TYPE', 1n, 0],
      ['ERR_INVALID_ARG_TYPE', 0, 1n],
      ['ERR_INVALID_ARG_TYPE', 0, undefined],
      ['ERR_INVALID_ARG_TYPE', undefined, 0],
      ['ERR_INVALID_ARG_TYPE', 0, null],
      ['ERR_INVALID_ARG_TYPE', 0, Infinity],
      ['ERR_INVALID_ARG_TYPE', 0, Symbol('x')],
      ['ERR_INVALID_ARG_TYPE', { valueOf: () => expect.fail('no code of the user runs') }, 0],
      ['ERR_INVALID_ARG_TYPE', 0, 0, 0],
      ['ERR_INVALID_ARG_TYPE', 0, 0, undefined],
      ['ERR_INVALID_ARG_TYPE', 0, 0, 0, 0],
    ]
    for (const [code, ...coordinates] of wrong) {
      expectError(code, () => one.get(...coordinates), `get(${coordinates.map(String)})`)
      expectError(code, () => one.set(...coordinates, value), `set(${coordinates.map(String)})`)
    }
    expectError('ERR_INVALID_ARG_TYPE', () => one.get())
    expectError('ERR_INVALID_ARG_TYPE', () => one.at(1, 2))
    expectError('ERR_INVALID_ARG_TYPE', () => one.set())
    expectError('ERR_INVALID_ARG_TYPE', () => one.set(0))
    expectError('ERR_INVALID_ARG_TYPE', () => one.set(0, 0, 'x'))
    expectError('ERR_INVALID_ARG_TYPE', () => one.set(0, 0, undefined))
    expect(one.tobytes()).toEqual(before)
  })

  test('with one index are flat', () => {
    const one = array()
    const flat = kind === 'Fortran order' ? [1, 4, 2, 5, 3, 6] : [1, 2, 3, 4, 5, 6]
    expect(flat.map((_, index) => plain(one.get(index)))).toEqual(flat)
    expect([plain(one.get(-1)), plain(one[3]), plain(one.at(-2)), Array.from(one, plain)]).toEqual([
      6,
      flat[3],
      flat[4],
      flat,
    ])
    one.set(5, elementOf(one, 7))
    expect(plain(one.get(1, 2))).toBe(7)
    expectError('ERR_INDEX_OUT_OF_RANGE', () => one.get(6))
  })

  test('of a closed array throw ERR_CLOSED', () => {
    const one = array()
    one.close()
    for (const body of [
      () => one.get(0, 0),
      () => one.set(0, 0, 1),
      () => one.get(0),
      () => one.row(0),
      () => one.rows(),
    ])
      expectError('ERR_CLOSED', body)
    expectError('ERR_CLOSED', () => one.ndarray())
  })
})

describe('get and set', () => {
  test('of more axes find every element', () => {
    for (const shape of [
      [2, 3, 4],
      [2, 1, 3, 2],
      [1, 1, 1, 1, 2],
    ]) {
      // prettier-ignore
      const array = make('i', undefined, shape)
      for (let index = 0; index < array.length; index++) array.set(index, index)
      for (let index = 0; index < array.length; index++) {
        const coordinates = array.strides.map((stride, axis) => Math.floor(index / stride) % shape[axis])
        expect(array.get(...coordinates)).toBe(index)
        array.set(...coordinates, index + 1)
        expect(array.get(index)).toBe(index + 1)
      }
      expectError('ERR_INVALID_ARG_TYPE', () => array.get(0, 0))
      expectError('ERR_INDEX_OUT_OF_RANGE', () => array.get(...shape))
    }
  })

  // What broke: the second coordinate was ignored, and get(1, 2) gave the element 1.
  test.each(['i', 'q', 'Zf', POINT])('of one dimension refuse a second coordinate, %j', (type) => {
    for (const Class of [MmapArray, Mine]) {
      const array = keep(new Class(type, 3))
      for (let n = 0; n < 40; n++) array.get(1)
      const before = array.tobytes()
      expectError('ERR_INVALID_ARG_TYPE', () => array.get(1, 2))
      expectError('ERR_INVALID_ARG_TYPE', () => array.get(1, 2, 0))
      expectError('ERR_INVALID_ARG_TYPE', () => array.set(1, 1, 1))
      expectError('ERR_INVALID_ARG_TYPE', () => array.set(1, elementOf(array, 1), 1))
      expect(array.tobytes()).toEqual(before)
    }
  })

  test('name the coordinate and the axes', () => {
    expect(thrownBy(() => grid().get(0, 5)).message).toBe(
      'The value of "coordinate 1" is out of range. It must be >= -3 and < 3. Received 5',
    )
    expect(thrownBy(() => grid().get(0, 5, 0)).message).toContain('2 coordinates: one for each axis')
    expect(thrownBy(() => keep(new MmapArray('i', 3)).get(0, 0)).message).toContain(
      'an array of one dimension take one index',
    )
  })

  test('find elements that were appended, and none beyond the rows that are left', () => {
    const array = grid()
    for (let n = 0; n < 40; n++) array.get(1, 1)
    array.append([7, 8, 9])
    expect([array.get(2, 1), array.get(-1, -1)]).toEqual([8, 9])
    array.deleteSlice(3)
    expect(array.get(0, 2)).toBe(3)
    expectError('ERR_INDEX_OUT_OF_RANGE', () => array.get(1, 0))
    expectError('ERR_INDEX_OUT_OF_RANGE', () => array.set(1, 0, 1))
  })

  test('of a record with a getter that closes the array throws ERR_CLOSED', () => {
    const array = grid(POINT, 6)
    expectError('ERR_CLOSED', () =>
      array.set(1, 1, {
        get x() {
          array.close()
          return 1
        },
        y: 1,
      }),
    )
  })

  test('of a read-only array: set throws', () => {
    const array = fortran('r')
    expectError('ERR_READ_ONLY', () => array.set(0, 0, 5))
    expect(array.get(0, 0)).toBe(1)
  })
})

// What broke: add(1, 2, 5) added 2 to the element 1.
describe.each(['i', 'q', 'd'])('add, exchange and compareExchange of %s', (type) => {
  test.each([
    ['several dimensions', () => grid(type)],
    ['several dimensions, of a subclass', () => keep(new Mine(type, [1, 2, 3, 4, 5, 6], { shape: [2, 3] }))],
    ['one dimension', () => keep(new MmapArray(type, 6))],
  ])('in %s refuse coordinates', (_, array) => {
    const one = array()
    const before = one.tobytes()
    const value = type === 'q' ? 2n : 2
    expectError('ERR_INVALID_ARG_TYPE', () => one.add(1, value, value))
    expectError('ERR_INVALID_ARG_TYPE', () => one.exchange(1, value, value))
    expectError('ERR_INVALID_ARG_TYPE', () => one.compareExchange(1, one.get(1), value, value))
    expect(one.tobytes()).toEqual(before)
  })
})

describe('row', () => {
  test('is a typed array on the memory', () => {
    const array = grid()
    expect([array.row(0), array.row(-1)]).toEqual([Int32Array.of(1, 2, 3), Int32Array.of(4, 5, 6)])
    array.row(1)[2] = 60
    expect(array.get(1, 2)).toBe(60)
    expect(array.row(0).buffer).toBe(array.buffer)
  })

  test('has all elements of one index of the first axis', () => {
    const array = make('B', Uint8Array.from(Array(24).keys()), [2, 3, 4])
    expect(array.row(1)).toEqual(Uint8Array.from({ length: 12 }, (_, n) => 12 + n))
  })

  test('of records is a DataView, of complex numbers pairs', () => {
    const records = grid(POINT, [1, 2, 3, 4, 5, 6].map((x) => ({ x, y: 0 }))) // prettier-ignore
    const row = records.row(1)
    expect([row.constructor, row.byteLength, row.getInt32(0, true)]).toEqual([DataView, 36, 4])
    expect(grid('Zf').row(1)).toEqual(Float32Array.of(4, 0, 5, 0, 6, 0))
  })

  test('refuses other indices, orders and dimensions', () => {
    const array = grid()
    for (const index of [2, -3, 2 ** 53]) expectError('ERR_INDEX_OUT_OF_RANGE', () => array.row(index))
    for (const index of [NaN, 0.5, '0', 0n, undefined, null]) {
      expectError('ERR_INVALID_ARG_TYPE', () => array.row(index))
    }
    expect(thrownBy(() => fortran().row(0)).message).toContain("order 'F'")
    for (const other of [fortran(), keep(new MmapArray('i', 3))]) {
      expectError('ERR_TYPE_MISMATCH', () => other.row(0))
      expectError('ERR_TYPE_MISMATCH', () => other.rows())
    }
    expectError('ERR_INDEX_OUT_OF_RANGE', () => make('i', undefined, [-1, 3]).row(0))
  })

  test('without elements is an empty typed array', () => {
    const array = open(scope.file(npyBytes({ shape: '(2, 0)' }), 'empty.npy'))
    expect([array.shape, array.row(1), [...array.rows()].length]).toEqual([[2, 0], new Int32Array(0), 2])
    expectError('ERR_INDEX_OUT_OF_RANGE', () => array.get(0, 0))
    expect(keep(array.copy()).shape).toEqual([0])
  })

  test('that was taken earlier stays valid while the array grows', () => {
    const array = make('i', undefined, [-1, 100])
    array.append(Array(100).fill(1))
    const row = array.row(0)
    for (let n = 0; n < 2000; n++) array.append(Array(100).fill(n))
    row[0] = 77
    expect(array.get(0, 0)).toBe(77)
  })
})

describe('rows', () => {
  const firsts = (rows) => Array.from(rows, ([first]) => first)
  const column = () => make('i', [1, 2, 3, 4, 5, 6, 7, 8], [4, 2])

  test('go through a range', () => {
    const array = column()
    expect(firsts(array.rows())).toEqual([1, 3, 5, 7])
    expect(firsts(array.rows(1, 3))).toEqual([3, 5])
    expect(firsts(array.rows(-1))).toEqual([7])
    expect(firsts(array.rows(undefined, -3))).toEqual([1])
    expect(firsts(array.rows(3, 1))).toEqual([])
    expect(firsts(array.rows(-Infinity, Infinity))).toEqual([1, 3, 5, 7])
    expect(firsts(array.rows(2n))).toEqual([5, 7])
    expectError('ERR_INVALID_ARG_TYPE', () => array.rows(0.5))
    expectError('ERR_INVALID_ARG_TYPE', () => array.rows(0, '1'))
  })

  test('without a stop see rows that are appended meanwhile, with one they do not', () => {
    const [array, other] = [column(), column()]
    const seen = []
    for (const [first] of array.rows()) {
      seen.push(first)
      if (array.length < 12) array.append([9, 9])
    }
    for (const [first] of other.rows(0, 4)) {
      seen.push(first)
      other.append([9, 9])
    }
    expect(seen).toEqual([1, 3, 5, 7, 9, 9, 1, 3, 5, 7])
  })

  test('end where the array was made shorter', () => {
    const array = column()
    const rows = array.rows(0, 4)
    rows.next()
    array.deleteSlice(2)
    expect(rows.next()).toEqual({ value: undefined, done: true })
  })

  test.each([[[]], [[0, 4]]])('throw ERR_CLOSED when the array is closed meanwhile: rows(%j)', (bounds) => {
    const array = column()
    const rows = array.rows(...bounds)
    rows.next()
    array.close()
    expectError('ERR_CLOSED', () => rows.next())
    expect(rows.next()).toEqual({ value: undefined, done: true })
  })
})

describe('ndarray', () => {
  /** get of scijs' ndarray. */
  const at = ({ data, stride, offset }, ...coordinates) =>
    data[coordinates.reduce((sum, coordinate, axis) => sum + coordinate * stride[axis], offset)]

  test('has the elements by their coordinates in either order, without a copy', () => {
    for (const array of [grid(), fortran('r+')]) {
      const parts = array.ndarray()
      expect(parts.shape).toEqual([2, 3])
      expect([0, 1].flatMap((row) => [0, 1, 2].map((column) => at(parts, row, column)))).toEqual([1, 2, 3, 4, 5, 6])
      array.set(1, 0, 40)
      expect(at(parts, 1, 0)).toBe(40)
    }
    expect(keep(new MmapArray('d', [1, 2])).ndarray()).toEqual({
      data: Float64Array.of(1, 2),
      shape: [2],
      stride: [1],
      offset: 0,
    })
  })

  test('refuses elements that are objects', () => {
    expectError('ERR_TYPE_MISMATCH', () => grid('Zd').ndarray())
    expectError('ERR_TYPE_MISMATCH', () => grid(POINT, 6).ndarray())
  })
})

/** Storages of an empty array of rows of three integers. */
const STORAGES = {
  anonymous: () => make('i', undefined, [-1, 3]),
  'an anonymous array whose handle was taken'() {
    const array = make('i', undefined, [-1, 3])
    array.handle()
    return array
  },
  'a raw file': () => open(scope.path(), 'i', { flags: 'wx+', shape: [-1, 3] }),
  'a reserved file': () => open(scope.path(), 'i', { flags: 'wx+', shape: [-1, 3], capacity: 100 }),
  'a .npy file': () => open(scope.path('a.npy'), 'i', { flags: 'wx+', shape: [-1, 3] }),
  'a reserved .npy file': () => open(scope.path('a.npy'), 'i', { flags: 'wx+', shape: [-1, 3], capacity: 100 }),
}

describe.each(Object.keys(STORAGES))('rows of %s', (storage) => {
  const array = () => STORAGES[storage]()

  test('are appended from lists, typed arrays, arrays and iterators', () => {
    const one = array()
    one.append([1, 2, 3])
    one.append(Int32Array.of(4, 5, 6))
    one.append(keep(new MmapArray('i', [7, 8, 9])))
    one.append(new Set([10, 11, 12]))
    one.append(one.row(0))
    one.append(grid().rows(1).next().value)
    expect([one.shape, one.tolist()]).toEqual([[6, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3, 4, 5, 6]]) // prettier-ignore
  })

  test('are added by extend, flat or as lists', () => {
    const one = array()
    one.extend([1, 2, 3, 4, 5, 6])
    one.extend([[7, 8, 9], Int32Array.of(10, 11, 12), keep(new MmapArray('i', [13, 14, 15]))])
    one.extend(new Set([[16, 17, 18]]))
    one.extend(Int32Array.of(19, 20, 21))
    one.extend(grid())
    one.extend(one)
    one.extend([])
    expect([one.shape, one.length]).toEqual([[18, 3], 54])
    expect(one.tolist().slice(0, 21)).toEqual(Array.from({ length: 21 }, (_, n) => n + 1))
  })

  test('are whole: any other call throws ERR_PARTIAL_ROW and changes nothing', () => {
    const one = array()
    one.extend([1, 2, 3, 4, 5, 6])
    const size = one.path === null ? 0 : fs.statSync(one.path).size
    const two = Int32Array.of(7, 8)
    const source = scope.file(encode(i, [7, 8, 9, 10]))
    const calls = [
      () => one.append(7),
      () => one.append([7, 8]),
      () => one.append([7, 8, 9, 10, 11, 12]),
      () => one.append([]),
      () => one.append(two),
      () => one.append(one),
      () => one.append(keep(new MmapArray('i', [1]))),
      () => one.extend([7, 8]),
      () => one.extend(two),
      () => one.extend(keep(new MmapArray('i', two))),
      () => one.extend([[7, 8, 9], [10]]), // prettier-ignore
      () => one.extend([[7, 8, 9, 10], [11, 12]]), // prettier-ignore
      () => one.extend([[7, 8], [9, 10], [11, 12]]), // prettier-ignore
      () => one.extend([7, [8, 9, 10], 11, 12]),
      () => one.extend([two, [9]]),
      () => one.frombytes(two),
      () => one.fromlist([7]),
      () => one.fromfile(source, 4),
      () => one.insert(0, 7),
      () => one.insert(3, 7),
      () => one.pop(),
      () => one.pop(0),
      () => one.remove(3),
      () => one.setSlice([7, 8], 0, 1),
      () => one.setSlice([], 0, 1),
      () => one.setSlice([7], 3, 3),
      () => one.deleteSlice(0, 1),
      () => one.deleteSlice(0, 4, 2),
      () => one.deleteSlice(-1),
    ]
    for (const call of calls) {
      expectError('ERR_PARTIAL_ROW', call)
      expect([one.tolist(), one.shape], String(call)).toEqual([[1, 2, 3, 4, 5, 6], [2, 3]]) // prettier-ignore
      if (one.path !== null) expect(fs.statSync(one.path).size, String(call)).toBe(size)
    }
    one.append([7, 8, 9])
    expect(one.tolist()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
  })

  test('with a bad element are not added, and none before it', () => {
    const one = array()
    one.append([1, 2, 3])
    const bad = function* () {
      yield 4
      yield 5
      yield 6
      throw new Error('no more')
    }
    expectError('ERR_INVALID_ARG_TYPE', () => one.extend([4, 5, 6, 'x']))
    expectError('ERR_INVALID_ARG_TYPE', () => one.extend([[4, 5, 6], [7, 'x', 9]])) // prettier-ignore
    expectError('ERR_INVALID_ARG_TYPE', () => one.append([4, 'x', 6]))
    expectError('ERR_VALUE_OUT_OF_RANGE', () => one.append([4, 2 ** 31, 6]))
    expectError('ERR_INVALID_ARG_TYPE', () => one.append([[4, 5, 6]]))
    expectError('ERR_INVALID_ARG_TYPE', () => one.append('abc'))
    expectError('ERR_INVALID_ARG_TYPE', () => one.append({}))
    expectError('ERR_INVALID_ARG_TYPE', () => one.append())
    expectError('ERR_TYPE_MISMATCH', () => one.append(Float64Array.of(4, 5, 6)))
    expectError('ERR_TYPE_MISMATCH', () => one.append(keep(new MmapArray('d', [4, 5, 6]))))
    expectError('ERR_TYPE_MISMATCH', () => one.extend([[4, 5, 6], Float64Array.of(4, 5, 6)])) // prettier-ignore
    expect(thrownBy(() => one.extend(bad())).message).toBe('no more')
    expect(thrownBy(() => one.append(bad())).message).toBe('no more')
    expect(one.tolist()).toEqual([1, 2, 3])
  })

  test('are removed, replaced and repeated whole', () => {
    const one = array()
    one.extend([1, 2, 3, 4, 5, 6, 7, 8, 9])
    one.deleteSlice(3, 6)
    one.setSlice([[10, 11, 12], [13, 14, 15]], 0, 3) // prettier-ignore
    one.repeatInPlace(2)
    expect([one.shape, one.tolist()]).toEqual([[6, 3], [10, 11, 12, 13, 14, 15, 7, 8, 9, 10, 11, 12, 13, 14, 15, 7, 8, 9]]) // prettier-ignore
    one.clear()
    expect(one.shape).toEqual([0, 3])
    one.append([1, 2, 3])
    expect([one.shape, one.slice(1), one.tolist()]).toEqual([[1, 3], Int32Array.of(2, 3), [1, 2, 3]])
  })

  test('of fromfile are whole, also of a file that ends early', async () => {
    const one = array()
    const path = scope.file(encode(i, [1, 2, 3, 4, 5, 6, 7]))
    one.fromfile(path, 3)
    expectError('ERR_UNEXPECTED_EOF', () => one.fromfile(path, 9))
    expect([one.shape, one.tolist()]).toEqual([[3, 3], [1, 2, 3, 1, 2, 3, 4, 5, 6]]) // prettier-ignore
    await one.fromfileAsync(path, 6)
    await expect(one.fromfileAsync(path, 5)).rejects.toMatchObject({ code: 'ERR_PARTIAL_ROW' })
    await expect(one.fromfileAsync(path, 9)).rejects.toMatchObject({ code: 'ERR_UNEXPECTED_EOF' })
    expect([one.shape, one.get(-1, -1)]).toEqual([[7, 3], 6])
  })

  test('are those of an attached array', async () => {
    const one = array()
    one.extend([1, 2, 3])
    const work = ({ MmapArray: Class, state }, handle) => {
      state.array = Class.attach(handle)
      state.array.append([4, 5, 6])
      return [state.array.shape, state.array.order, state.array.get(1, 2), Array.from(state.array.row(0))]
    }
    for (const start of [startThread, startProcess]) {
      const worker = start(scope)
      one.deleteSlice(3)
      expect(await worker.run(work, one.handle())).toEqual([[2, 3], 'C', 6, [1, 2, 3]])
      one.refresh()
      expect([one.shape, one.get(1, 0)]).toEqual([[2, 3], 4])
      await worker.run(({ state }) => state.array.close())
    }
  })

  test('are not appended from an array that is closed', () => {
    const [array, source] = [STORAGES[storage](), new MmapArray('i', [7, 8, 9])]
    source.close()
    expectError('ERR_CLOSED', () => array.append(source))
    expectError('ERR_CLOSED', () => array.extend([source]))
  })

  test('are whole while items that are read append to the array or close it', () => {
    const one = array()
    const appending = [
      {
        [Symbol.iterator]: function* () {
          yield 4
        },
      },
    ]
    expectError('ERR_INVALID_ARG_TYPE', () => one.extend(appending))
    const getter = (act) => Object.defineProperty([1, 2, 3], 1, { get: () => (act(), 20) })
    one.append(getter(() => one.append([7, 8, 9])))
    expect(one.tolist()).toEqual([7, 8, 9, 1, 20, 3])
    one.extend([getter(() => one.clear()), [4, 5, 6]])
    expect(one.tolist()).toEqual([1, 20, 3, 4, 5, 6])
    const longer = [1, 2, 3]
    Object.defineProperty(longer, 2, { get: () => (longer.push(9), 3) })
    expectError('ERR_PARTIAL_ROW', () => one.extend([longer]))
    expectError('ERR_CLOSED', () => one.append(getter(() => one.close())))
    expectError('ERR_CLOSED', () => one.extend([[1, 2, 3]]))
  })
})

describe('rows of one element', () => {
  test.each(['i', 'e', 'w', 'Zf', POINT])('are appended as elements or as lists, %j', (type) => {
    const values = { i: [1, 2, 3, 4], e: [1, 2, 3, 4], w: [...'abcd'], Zf: [1, 2, 3, 4].map((re) => ({ re, im: 0 })) }
    const [a, b, c, d] = values[type] ?? [1, 2, 3, 4].map((x) => ({ x, y: 0 }))
    const array = make(type, undefined, [-1, 1])
    for (let n = 0; n < 20; n++) array.append(a)
    array.append([b])
    array.extend([c, [d]])
    array.insert(0, d)
    expect([array.shape, array.get(-1, 0), array.get(0, 0)]).toEqual([[24, 1], d, d])
    expect([array.pop(), array.pop(), array.pop(0)]).toEqual([d, c, d])
    expect([array.shape, array.get(-1)]).toEqual([[21, 1], b])
  })
})

describe('lists nested as the axes are', () => {
  test('make rows', () => {
    const array = make('i', [[[1, 2], [3, 4]], [[5, 6], [7, 8]]], [-1, 2, 2]) // prettier-ignore
    array.append([Int32Array.of(9, 10), [11, 12]])
    array.append([13, 14, 15, 16])
    array.extend([[17, 18, 19, 20]])
    expect([array.shape, array.tolist()]).toEqual([[5, 2, 2], Array.from({ length: 20 }, (_, n) => n + 1)])
  })

  test('of other lengths throw ERR_PARTIAL_ROW', () => {
    const array = make('i', undefined, [-1, 2, 2])
    for (const row of [[[1, 2], [3]], [[1], [2, 3, 4]], [[1, 2, 3], 4], [1, [2, 3], 4], [[1, 2]]]) {
      // prettier-ignore
      expectError('ERR_PARTIAL_ROW', () => array.append(row))
      expectError('ERR_PARTIAL_ROW', () => array.extend([row]))
    }
    expectError('ERR_INVALID_ARG_TYPE', () => array.append([[[1], 2], [3, 4]])) // prettier-ignore
    expect(array.length).toBe(0)
  })

  // What broke: the half of a complex number at the end of a row was left out.
  test('of typed arrays that end inside a complex number throw ERR_PARTIAL_ROW', () => {
    const [array, deep] = [make('Zf', undefined, [-1, 2]), make('Zf', undefined, [-1, 2, 1])]
    const half = Float32Array.of(1, 2, 3, 4, 5)
    expectError('ERR_PARTIAL_ROW', () => array.append(half))
    expectError('ERR_PARTIAL_ROW', () => array.extend([half, [6, 7]]))
    expectError('ERR_PARTIAL_ROW', () => array.setSlice([half], 0, 0))
    expectError('ERR_PARTIAL_ROW', () => new MmapArray('Zf', [half], { shape: [-1, 2] }))
    expectError('ERR_PARTIAL_ROW', () => deep.append([half.slice(0, 3), half.slice(0, 2)]))
    expect([array.length, deep.length]).toEqual([0, 0])
    array.extend([half.slice(0, 4), [6, 7]])
    expect(array.shape).toEqual([2, 2])
  })

  test('of records and characters', () => {
    const points = make(POINT, [[{ x: 1, y: 0 }, { x: 2, y: 0 }]], [-1, 2]) // prettier-ignore
    points.append([{ x: 3, y: 0 }, { x: 4, y: 0.5 }]) // prettier-ignore
    expect([points.shape, points.get(1, 1)]).toEqual([[2, 2], { x: 4, y: 0.5 }])
    expectError('ERR_PARTIAL_ROW', () => points.append({ x: 1, y: 1 }))
    const text = make('w', [[...'ab'], [...'cd']], [-1, 2]) // prettier-ignore
    text.append([...'éf'])
    expect([text.shape, text.tounicode(), text.get(2, 0)]).toEqual([[3, 2], 'abcdéf', 'é'])
    text.fromunicode('gh')
    expectError('ERR_PARTIAL_ROW', () => text.fromunicode('i'))
    expect(text.shape).toEqual([4, 2])
  })
})

describe('copies', () => {
  test('keep the shape in C order', () => {
    const copy = keep(grid().copy())
    expect([copy.shape, copy.get(1, 0)]).toEqual([[2, 3], 4])
    copy.append([7, 8, 9])
    expect(copy.shape).toEqual([3, 3])
    expect(keep(make(POINT, 6, [3, 2]).copy()).shape).toEqual([3, 2])
    expect(keep(make('i', undefined, [-1, 2]).copy()).shape).toEqual([0, 2])
  })

  test('in Fortran order, slices, concat and repeat have one dimension', () => {
    expect(keep(fortran().copy()).shape).toEqual([6])
    expect(keep(grid().concat([7])).tolist()).toEqual([1, 2, 3, 4, 5, 6, 7])
    expect(keep(grid().repeat(2)).shape).toEqual([12])
    expect(grid().slice(1, 3)).toEqual(Int32Array.of(2, 3))
  })
})

test.each([
  ['the option shape', 'ERR_OUT_OF_RANGE', (shape) => new MmapArray('i', 1, { shape })],
  [
    'the shape of a row in a handle',
    'ERR_INVALID_ARG_TYPE',
    (rowShape) => MmapArray.attach({ ...make('i', undefined, [-1, 3]).handle(), rowShape }),
  ],
])('%s of 2^32 lengths is refused without a look at all of them', (_, code, use) => {
  let looks = 0
  const list = new Proxy([], {
    get(target, key) {
      if (++looks > 1000) throw new Error('it was read to its end')
      return key === 'length' ? 2 ** 32 - 1 : typeof key === 'string' ? 1 : target[key]
    },
  })
  expectError(code, () => use(list))
})

test('reopen uses the shape that the array was opened with, even if the list has changed', () => {
  const shape = [-1, 3]
  const array = open(scope.file(new Int32Array(6)), 'i', { shape })
  shape[1] = 2
  expect(keep(array.reopen()).shape).toEqual([2, 3])
})

describe('handles', () => {
  test('carry the shape of a row, and survive JSON', () => {
    const array = make('i', undefined, [-1, 2, 3])
    const handle = JSON.parse(JSON.stringify(array.handle()))
    expect(handle.rowShape).toEqual([2, 3])
    expect(keep(MmapArray.attach(handle)).shape).toEqual([0, 2, 3])
    expect(keep(new MmapArray('i', 1)).handle().rowShape).toBeUndefined()
    expect(keep(MmapArray.attach(fortran().handle())).order).toBe('F')
  })

  test.each([[[0]], [[-1]], [[1.5]], ['3'], [5], [['3']], [[2 ** 60]], [{ length: 1 }], [[NaN]], [true]])(
    'with %j as the shape of a row are refused',
    (rowShape) => {
      const handle = make('i', undefined, [-1, 3]).handle()
      expectError('ERR_INVALID_ARG_TYPE', () => MmapArray.attach({ ...handle, rowShape }))
    },
  )

  test('with another shape of a row than the array has never give part of a row', () => {
    const array = grid()
    const handle = array.handle()
    for (const rowShape of [[4], [2 ** 50, 2 ** 50], Array(70).fill(1), [], [2], [1]]) {
      let other
      try {
        other = keep(MmapArray.attach({ ...handle, rowShape }))
      } catch (error) {
        expect(['ERR_INVALID_ARG_TYPE', 'ERR_STALE_HANDLE', 'ERR_OUT_OF_RANGE']).toContain(error.code)
        continue
      }
      expect(other.shape.every(Number.isInteger), JSON.stringify(rowShape)).toBe(true)
      expect(other.shape.reduce((count, length) => count * length, 1)).toBe(other.length)
    }
    expect(array.tolist()).toEqual([1, 2, 3, 4, 5, 6])
  })
})

describe('refresh', () => {
  test('of a raw file shows whole rows only', () => {
    const array = open(scope.path(), 'i', { flags: 'wx+', shape: [-1, 3] })
    array.append([1, 2, 3])
    fs.appendFileSync(array.path, encode(i, [4, 5]))
    expect([array.refresh(), array.shape]).toEqual([3, [1, 3]])
    fs.appendFileSync(array.path, encode(i, [6, 7]))
    expect([array.refresh(), array.shape]).toEqual([6, [2, 3]])
  })

  test('of a .npy file shows the rows that others have appended', () => {
    const array = open(scope.path('a.npy'), 'i', { flags: 'wx+', shape: [-1, 3] })
    const reader = open(array.path)
    for (let n = 0; n < 12; n++) array.append([n, n, n])
    expect([reader.shape, reader.refresh(), reader.shape, reader.get(11, 2)]).toEqual([[0, 3], 36, [12, 3], 11])
  })

  test('of a .npy file with another shape of a row or another order throws ERR_INVALID_NPY', () => {
    for (const facts of [{ shape: '(2, 2)' }, { shape: '(6,)' }, { shape: '(2, 3)', fortran: 'True' }]) {
      const array = open(scope.path(`${JSON.stringify(facts)}.npy`), 'i', { flags: 'wx+', shape: [2, 3] })
      fs.writeFileSync(array.path, npyBytes(facts))
      expectError('ERR_INVALID_NPY', () => array.refresh())
      expectError('ERR_INVALID_NPY', () => array.append([1, 2, 3]))
    }
  })
})

describe('an appender', () => {
  test('takes whole rows, and refuses parts of them', () => {
    const array = open(scope.path('a.npy'), 'i', { flags: 'wx+', shape: [-1, 3] })
    const appender = array.appender({ capacity: 8 })
    appender.append([1, 2, 3])
    expectError('ERR_PARTIAL_ROW', () => appender.append(4))
    expectError('ERR_PARTIAL_ROW', () => appender.append([4, 5]))
    expectError('ERR_PARTIAL_ROW', () => appender.extend([4, 5]))
    expectError('ERR_INVALID_ARG_TYPE', () => appender.extend([4, 'x']))
    expect([appender.pending, array.shape]).toEqual([3, [0, 3]])
    appender.extend([[4, 5, 6]])
    appender.append([7, 8, 9])
    expect(array.shape).toEqual([3, 3])
    for (let row = 3; row < 50; row++) appender.append([3 * row + 1, 3 * row + 2, 3 * row + 3])
    appender.close()
    expect(array.tolist()).toEqual(Array.from({ length: 150 }, (_, n) => n + 1))
    expect(open(array.path).shape).toEqual([50, 3])
  })
})

test('reopen keeps the shape of a row', () => {
  const array = open(scope.path(), 'i', { flags: 'wx+', shape: [-1, 3] })
  array.append([1, 2, 3])
  expect([keep(array.reopen()).shape, keep(keep(MmapArray.attach(array.handle())).reopen()).shape]).toEqual([
    [1, 3],
    [1, 3],
  ])
})

test('printing is flat', () => {
  expect(String(grid())).toBe("MmapArray('i', [1, 2, 3, 4, 5, 6])")
  expect(JSON.stringify(grid())).toBe('[1,2,3,4,5,6]')
})
