// Every code of the contract: where it comes from, its class, and the form of its message.
import { constants } from 'node:buffer'
import fs from 'node:fs'
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { CLASS_OF, expectError, thrownBy } from './support/errors.js'
import { expectExit, runNode } from './support/processes.js'
import { npyBytes } from './support/npy.js'
import { useScope } from './support/scope.js'

const scope = useScope()
const array = (code = 'i', items = [1, 2, 3]) => scope.keep(new MmapArray(code, items))
const file = (bytes = 12) => scope.file(Buffer.alloc(bytes))
const closed = () => {
  const one = new MmapArray('i', [1])
  one.close()
  return one
}
/** Its file was cut, and it was read behind the cut. */
const faulted = () => {
  const one = scope.keep(MmapArray.open(file(), 'i', { flags: 'r+' }))
  one.get(0)
  fs.truncateSync(one.path, 0)
  one.get(0)
  return one
}
const appendedWhileReserved = () => {
  const one = MmapArray.open(file(), 'i', { flags: 'r+' })
  one.reserve(100)
  scope.keep(MmapArray.open(one.path, 'i', { flags: 'a+' })).append(1)
  return one
}
const stale = () => {
  const one = new MmapArray('i', [1])
  const handle = one.handle()
  one.close()
  return handle
}

const CAUSES = {
  ERR_INDEX_OUT_OF_RANGE: [
    () => array().get(3),
    () => array().get(-4),
    () => array().set(3, 1),
    () => (array()[3] = 1),
    () => array().pop(3),
    () => array().pop(-4),
  ],
  ERR_VALUE_OUT_OF_RANGE: [
    () => array('b').append(128),
    () => array('B').append(-1),
    () => array('q').append(2 ** 53),
    () => array('Q').append(-1n),
    () => array('e').append(65520),
    () => array('c', 'a').append('€'),
  ],
  ERR_OUT_OF_RANGE: [
    () => array().slice(0, 1, 0),
    () => array().setSlice([1], 0, 3, 2),
    () => array().fromfile('/dev/zero', -1),
    () => MmapArray.open(file(), 'i', { length: 4 }),
  ],
  ERR_INVALID_ARG_TYPE: [
    () => array().append('1'),
    () => array().append(1.5),
    () => array().get('0'),
    () => array().extend(5),
    () => array().repeat(1.5),
    () => new MmapArray('i', 5n),
    () => MmapArray.open(5, 'i'),
  ],
  ERR_INVALID_TYPECODE: [() => new MmapArray('x'), () => new MmapArray(5), () => MmapArray.open(file(), 'xx')],
  ERR_INVALID_RECORD_TYPE: [
    () => new MmapArray({}),
    () => MmapArray.open(file(), { x: 'y' }),
    () =>
      MmapArray.recordType([
        ['x', 'd'],
        ['x', 'd'],
      ]),
  ],
  ERR_TYPE_MISMATCH: [
    () => array().extend(new Uint32Array(1)),
    () => array().setSlice(array('d')),
    () => array().concat(array('I')),
    () => array().compare(array('u', 'a')),
    () => array().tounicode(),
    () => array('w', 'a').sum(),
    () => array().searchsorted(new Uint32Array(1)),
  ],
  ERR_VALUE_NOT_FOUND: [() => array().index(5), () => array().remove(5)],
  ERR_EMPTY: [
    () => array('i', []).pop(),
    () => array('i', []).pop(0),
    () => array('i', []).pop(5),
    () => array('i', []).min(),
    () => array('d', []).max(),
  ],
  ERR_BUSY: [
    () => {
      const one = array('i', Array(1000).fill(0))
      one.set(0, 1)
      one.sortAsync().catch(() => {})
      one.append(1)
    },
  ],
  ERR_READ_ONLY: [() => scope.keep(MmapArray.open(file(), 'i')).set(0, 1)],
  ERR_FIXED_LENGTH: [() => scope.keep(MmapArray.open(file(), 'i', { flags: 'c' })).append(1)],
  ERR_PARTIAL_ROW: [
    () => new MmapArray('i', 6, { shape: [-1, 3] }).append([1, 2]),
    () => new MmapArray('i', 6, { shape: [-1, 3] }).pop(),
    () => new MmapArray('i', 7, { shape: [-1, 3] }),
  ],
  ERR_CLOSED: [() => closed().get(0), () => closed().append(1)],
  ERR_RAGGED_LENGTH: [
    () => scope.keep(MmapArray.open(file(5), 'i', { flags: 'r+' })).append(1),
    () => array().frombytes(new Uint8Array(3)),
    () => new MmapArray('i', new ArrayBuffer(5)),
  ],
  ERR_UNEXPECTED_EOF: [() => array().fromfile('/dev/null', 1)],
  ERR_INVALID_NPY: [() => MmapArray.open(file(), 'i', { format: 'npy' })],
  ERR_UNSUPPORTED_NPY: [() => MmapArray.open(scope.file(npyBytes({ descr: "'>i4'" }), 'big.npy'))],
  ERR_STALE_HANDLE: [() => MmapArray.attach(stale())],
  ERR_UNREACHABLE_HANDLE: [
    () => MmapArray.attach({ ...array().handle(), mapping: 0, path: '/nowhere', pidNamespace: '1' }),
  ],
  ERR_HANDLE_VERSION: [() => MmapArray.attach({ ...array().handle(), version: 99 })],
  ERR_LOCKED: [
    () => {
      const one = array()
      one.lock()
      one.lock()
    },
  ],
  ERR_NOT_LOCKED: [() => array().unlock()],
  ERR_OTHER_WRITER: [() => appendedWhileReserved().trim(), () => appendedWhileReserved().close()],
  ERR_NO_PATH: [() => array().reopen()],
  ERR_MEMORY_FAULT: [() => faulted().count(0), () => faulted().append(1), () => faulted().flush()],
}

/** What only some runtimes throw; shared-buffers.test.js has the causes of the first. */
const OF_SOME_RUNTIMES = ['ERR_UNSUPPORTED_RUNTIME']
if (constants.MAX_LENGTH <= 2 ** 32) {
  // Sparse: it takes no room.
  const large = () => {
    const path = file(0)
    fs.truncateSync(path, 2 ** 32 + 4)
    return scope.keep(MmapArray.open(path, 'i'))
  }
  CAUSES.ERR_VIEW_TOO_LARGE = [
    () => large().view,
    () => large().buffer,
    () => large().subarray(0),
    () => large().sharedView,
  ]
} else OF_SOME_RUNTIMES.push('ERR_VIEW_TOO_LARGE')

describe.each(Object.keys(CAUSES))('%s', (code) => {
  test.each(CAUSES[code].map((cause) => [String(cause).replace(/^\(\) => /, ''), cause]))('%s', (name, cause) => {
    const error = expectError(code, cause, name)
    expect(error).toBeInstanceOf(CLASS_OF[code])
    expect(error.message).toMatch(/^\S.*\S$/)
    expect(error.stack).toContain(error.message)
    expect(error.name).toBe(CLASS_OF[code].name)
  })
})

test('every code of this issue has a cause here', () => {
  expect([...Object.keys(CAUSES), ...OF_SOME_RUNTIMES].toSorted()).toEqual(Object.keys(CLASS_OF).toSorted())
})

describe('messages', () => {
  test.each([
    ['an index', () => array().get(7), /^The value of "?index"? is out of range\. It must be .*[Rr]eceived 7/],
    [
      'a negative index',
      () => array().set(-9, 1),
      /^The value of "?index"? is out of range\. It must be .*[Rr]eceived -9/,
    ],
    [
      'a value',
      () => array('b').append(200),
      /^The value of "?value"? is out of range\. It must be .*-128.*127.*[Rr]eceived 200/,
    ],
    [
      'a bigint',
      () => array('Q').append(-5n),
      /^The value of "?value"? is out of range\. It must be .*[Rr]eceived -5n?/,
    ],
    ['a step', () => array().slice(0, 1, 0), /^The value of "?step"? is out of range\. It must be .*[Rr]eceived 0/],
    [
      'a file that ends inside an element',
      () => scope.keep(MmapArray.open(file(5), 'i', { flags: 'r+' })).append(1),
      /^\/.*: 5 bytes is not a multiple of the element size, 4\. If the type is right, open the file with tail: 'cut': /,
    ],
  ])('of a range name the argument, what it must be and what it was: %s', (_, cause, form) => {
    expect(thrownBy(cause).message).toMatch(form)
  })

  test.each([
    ['a value', () => array().append('x'), /"?value"? .*must be .*[Rr]eceived .*'x'/],
    ['an index', () => array().get(null), /"?index"? .*must be .*[Rr]eceived null/],
  ])('of a type name the argument, what it must be and what it was: %s', (_, cause, form) => {
    expect(thrownBy(cause).message).toMatch(form)
  })

  const npy = (shape, { bytes = 0, fortran = 'False' } = {}) =>
    scope.file(npyBytes({ descr: "'<f4'", shape, fortran }, { data: Buffer.alloc(bytes) }))
  const open = (path, flags) => scope.keep(MmapArray.open(path, 'f', { flags, format: 'npy' }))
  const fortran = () => open(npy('(2, 3)', { bytes: 24, fortran: 'True' }), 'r+')
  const matrix = (flags) => open(npy('(2, 3)', { bytes: 24 }), flags)
  const part = () => scope.keep(MmapArray.open(file(24), 'i', { flags: 'r+', length: 2 }))

  test.each([
    [
      'append to Fortran order',
      () => fortran().append(1),
      /^append cannot .* in Fortran order\. .*np\.ascontiguousarray/,
    ],
    ['append of a row to Fortran order', () => fortran().append([1]), /^append cannot .* in Fortran order/],
    ['extend of rows to Fortran order', () => fortran().extend([[1, 2, 3]]), /^extend cannot .* in Fortran order/],
    ['row of Fortran order', () => fortran().row(0), /order 'F': .*np\.ascontiguousarray/],
    ['append to a part', () => part().append(1), /^append cannot .*, because it was opened with the option 'length'/],
    ['pop of a part', () => part().pop(), /^pop cannot .*, because it was opened with the option 'length'/],
    [
      'append to a copy-on-write array',
      () => matrix('c').append([1, 2, 3]),
      /^append cannot .*, because .* flags 'c'$/,
    ],
    ['append of a row that is read-only', () => matrix('r').append([1, 2, 3]), /^The array is read-only: append needs/],
    ['append of a wrong row that is read-only', () => matrix('r').append(Float32Array.of(1)), /: append needs/],
    [
      'append of other floats',
      () => matrix('r+').append(Float64Array.of(1, 2, 3)),
      /with Float32Array\.from\(items\)$/,
    ],
    [
      'open as another type',
      () => MmapArray.open(npy('(0,)'), 'd', { format: 'npy' }),
      /^The elements of '\/.*' must be of/,
    ],
    [
      'open of a truncated .npy file',
      () => MmapArray.open(npy('(9,)', { bytes: 12 }), 'f', { format: 'npy' }),
      /counts 9 elements, but the file has only 3\. To read those, open it with format: 'raw', offset: \d+ and its type, '<f4'$/,
    ],
    [
      'open of an empty .npy file',
      () => MmapArray.open(file(0), 'f', { format: 'npy' }),
      /: it is empty\. Flags 'w\+' /,
    ],
  ])('name the call, the reason and the remedy: %s', (_, cause, form) => {
    expect(thrownBy(cause).message).toMatch(form)
  })

  test.each([
    ['a symbol', Symbol('s')],
    ['an object without prototype', Object.create(null)],
    ['a revoked proxy', revoked()],
    ['a long string', 'x'.repeat(1e6)],
    ['a deep array', deep(10000)],
    [
      'a hostile object',
      {
        get constructor() {
          throw new Error('mine')
        },
        toString() {
          throw new Error('mine')
        },
      },
    ],
  ])('can describe everything: %s', (_, value) => {
    const error = expectError('ERR_INVALID_ARG_TYPE', () => array().append(value), 'append')
    expect(error.message.length).toBeLessThan(10000)
    expectError('ERR_INVALID_ARG_TYPE', () => array().get(value), 'get')
    expectError('ERR_INVALID_ARG_TYPE', () => new MmapArray({ x: 'i' }).append({ x: value }), 'append of a record')
  })
})

function revoked() {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

function deep(levels) {
  let value = []
  for (let n = 0; n < levels; n++) value = [value]
  return value
}

describe('failures of the system', () => {
  test('have code, errno, syscall and path', () => {
    const path = scope.path('none')
    const error = thrownBy(() => MmapArray.open(path, 'i'))
    expect(error).toBeInstanceOf(Error)
    expect(error.constructor).toBe(Error)
    expect(error).toMatchObject({ code: 'ENOENT', errno: -2, syscall: 'open', path })
    expect(error.message).toMatch(/^ENOENT: .*, open '.*none'\. The option \{ flags: 'w\+' \} makes a new file$/)
  })

  test('running out of descriptors is an error, and goes away', async () => {
    const result = await runNode(
      `const path = process.argv[1]
      const arrays = []
      let error
      try { for (;;) arrays.push(MmapArray.open(path, 'i')) } catch (caught) { error = caught }
      const { code, errno } = error
      let anonymous
      try { new MmapArray('i', [1]) } catch (caught) { anonymous = caught.code }
      const sum = arrays.reduce((sum, array) => sum + array.get(0), 0)
      for (const array of arrays) array.close()
      const again = MmapArray.open(path, 'i')
      console.log(JSON.stringify({ code, errno, anonymous, all: sum === arrays.length * 7, many: arrays.length > 10, again: again.get(0) }))`,
      { args: [scope.file(Buffer.from([7, 0, 0, 0]))], nodeOptions: [] },
    )
    expectExit(result)
    const { code, errno, anonymous, ...rest } = JSON.parse(result.stdout)
    expect([
      ['EMFILE', -24],
      ['ENOMEM', -12],
    ]).toContainEqual([code, errno])
    expect(['EMFILE', 'ENOMEM']).toContain(anonymous)
    expect(rest).toEqual({ all: true, many: true, again: 7 })
  })
})
