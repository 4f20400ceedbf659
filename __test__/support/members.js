// Every member of the class, with a call that is right for an array of [3, 1, 2]: what the misuse matrix has rows of.
import { inspect } from 'node:util'
import { MmapArray } from '../../index.js'

const dispose = Symbol.dispose ?? Symbol.for('nodejs.dispose')
const WORDS = Int32Array.of(7, 8)

/** A new array over the same values, for calls that take one. */
function withOther(values, call) {
  const other = new MmapArray('i', values)
  try {
    return call(other)
  } finally {
    other.close()
  }
}

async function firstPart(array) {
  const parts = array.follow({ from: 'start' })
  const { value } = await parts.next()
  await parts.return()
  return value
}

async function firstVersion(path, offset) {
  const versions = MmapArray.versions(path, 'i', { offset })
  const { value } = await versions.next()
  await versions.return()
  return value
}

let shmCount = 0
function withShm(call) {
  const name = `mmap-array-matrix-${process.pid}-${shmCount++}`
  const made = MmapArray.openShm(name, 'i', { flags: 'wx+' })
  try {
    made.append(5)
    return call(name)
  } finally {
    made.close()
    try {
      MmapArray.unlinkShm(name)
    } catch {
      // The call did so.
    }
  }
}

/**
 * One row a call: { member, how, kind, call, gives, leaves, ...exceptions }. `kind` is what rules are made of (misuse.js);
 * `gives` is the outcome on a sound array, `leaves` its elements afterwards where they are others; an exception is
 * named by its state, and says what comes out there instead of what the rules say.
 */
export const ROWS = []

function row(kind, member, call, gives, { how = '', leaves = [3, 1, 2], typecode = 'i', ...exceptions } = {}) {
  const name = `${String(member)}${how && `, ${how}`}`
  ROWS.push({ kind, member, name, call, gives, leaves, typecode, exceptions })
}

// What it is: known in every state.
const isZero = { closed: 0 }
row('knows', 'typecode', (array) => array.typecode, 'i')
row('knows', 'is', (array) => array.is('int32'), true)
row('knows', 'itemsize', (array) => array.itemsize, 4)
row('knows', 'length', (array) => array.length, 3, isZero)
row('knows', 'byteLength', (array) => array.byteLength, 12, isZero)
row('knows', 'capacity', (array) => array.capacity, 3, isZero)
row('knows', 'flags', (array, { flags }) => array.flags === flags, true)
row('knows', 'path', (array, { path }) => array.path === path, true)
row('knows', 'format', (array) => array.format, 'raw')
row('knows', 'shape', (array) => array.shape, [3], { closed: [0] })
row('core', 'isReserved', (array) => array.isReserved, false, { faulted: false })
row('core', 'isReplaced', (array) => array.isReplaced, false, { faulted: false })
row('knows', 'order', (array) => array.order, 'C')
row('knows', 'strides', (array) => array.strides, [1])
row('knows', 'offset', (array, { offset = 0 }) => array.offset === offset, true)
row('knows', 'closed', (array) => array.closed, false, { closed: true })
row('knows', Symbol.toStringTag, (array) => array[Symbol.toStringTag], 'MmapArray')
row('core', 'fd', (array) => array.fd > 2, true, { closed: false })

// One element. The file of a faulted array was cut before the third: the others are served.
const isNone = { closed: undefined }
row('element', 'get', (array) => array.get(-1), 2)
row('element', 'get', (array) => array.get(1), 1, { how: 'before the fault', faulted: 1 })
row('element', 'at', (array) => array.at(1), 1, { how: 'before the fault', faulted: 1, closed: undefined })
row('element', 'at', (array) => array.at(-1), 2, isNone)
row('element', '[index]', (array) => array[2], 2, isNone)
row('stores', 'set', (array) => array.set(0, 9), undefined, { leaves: [9, 1, 2] })
row('stores', 'set', (array) => array.set(2, 9), undefined, {
  how: 'the last',
  leaves: [3, 1, 9],
  faulted: 'ERR_MEMORY_FAULT',
})
row('stores', 'add', (array) => array.add(0, 6), 3, { leaves: [9, 1, 2] })
row('stores', 'add', (array) => array.add(2, 6), 2, {
  how: 'the last',
  leaves: [3, 1, 8],
  faulted: 'ERR_MEMORY_FAULT',
})
row('stores', 'exchange', (array) => array.exchange(0, 9), 3, { leaves: [9, 1, 2] })
row('stores', 'exchange', (array) => array.exchange(-1, 9), 2, {
  how: 'the last',
  leaves: [3, 1, 9],
  faulted: 'ERR_MEMORY_FAULT',
})
row('stores', 'compareExchange', (array) => array.compareExchange(0, 3, 9), 3, { leaves: [9, 1, 2] })
row('stores', 'compareExchange', (array) => array.compareExchange(0, 4, 9), 3, { how: 'of another element' })
row('stores', 'compareExchange', (array) => array.compareExchange(2, 2, 9), 2, {
  how: 'the last',
  leaves: [3, 1, 9],
  faulted: 'ERR_MEMORY_FAULT',
})
row('stores', '[index]', (array) => (array[1] = 9), 9, { how: 'assigned', leaves: [3, 9, 2] })

// The array module.
row('resizes', 'append', (array) => array.append(7), undefined, { leaves: [3, 1, 2, 7] })
row('resizes', 'extend', (array) => array.extend([7]), undefined, { leaves: [3, 1, 2, 7] })
row('resizes', 'extend', (array) => array.extend(WORDS), undefined, { how: 'by memory', leaves: [3, 1, 2, 7, 8] })
row('resizes', 'extend', (array) => array.extend(array), undefined, { how: 'by itself', leaves: [3, 1, 2, 3, 1, 2] })
row('resizes', 'appender', (array) => array.appender().capacity, 16384, { ragged: 16384, faulted: 16384 })
row('resizes', 'insert', (array) => array.insert(1, 7), undefined, { leaves: [3, 7, 1, 2] })
row('resizes', 'pop', (array) => array.pop(), 2, { leaves: [3, 1] })
row('resizes', 'pop', (array) => array.pop(0), 3, { how: 'the first', leaves: [1, 2] })
row('resizes', 'remove', (array) => array.remove(1), undefined, { leaves: [3, 2] })
row('resizes', 'clear', (array) => array.clear(), undefined, { leaves: [] })
row('core', 'count', (array) => array.count(1), 1)
row('core', 'index', (array) => array.index(2), 2)
row('core', 'includes', (array) => array.includes(5), false)
row('writes', 'reverse', (array) => array.reverse() === array, true, { leaves: [2, 1, 3] })
row('writes', 'byteswap', (array) => array.byteswap() === array, true, { leaves: [3 << 24, 1 << 24, 2 << 24] })
row('core', 'bufferInfo', (array) => array.bufferInfo()[1], 3)
row('resizes', 'frombytes', (array) => array.frombytes(WORDS), undefined, { leaves: [3, 1, 2, 7, 8] })
row('core', 'tobytes', (array) => [...array.tobytes()], [3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0])
row('resizes', 'fromlist', (array) => array.fromlist([7]), undefined, { leaves: [3, 1, 2, 7] })
row('element', 'tolist', (array) => array.tolist(), [3, 1, 2])
row('resizes', 'fromfile', (array) => array.fromfile('/dev/zero', 1), undefined, { leaves: [3, 1, 2, 0] })
row('resizes', 'fromfileAsync', (array) => array.fromfileAsync('/dev/zero', 1), undefined, { leaves: [3, 1, 2, 0] })
row('core', 'tofileAsync', (array) => array.tofileAsync('/dev/null'), undefined)
row('core', 'tofile', (array) => array.tofile('/dev/null'), undefined)
row('resizes', 'fromunicode', (array) => array.fromunicode('a'), undefined, { typecode: 'w', leaves: [3, 1, 2, 97] })
row('element', 'tounicode', (array) => array.tounicode(), '\x03\x01\x02', { typecode: 'w' })

// Slices and operators.
// Reads the file, and gives what it has.
row('core', 'follow', firstPart, [3, 1, 2], { faulted: [3, 1] })
row('core', 'slice', (array) => array.slice(), [3, 1, 2])
row('writes', 'setSlice', (array) => array.setSlice([9], 0, 1), undefined, { leaves: [9, 1, 2] })
row('resizes', 'setSlice', (array) => array.setSlice([7, 8], 0, 1), undefined, { how: 'longer', leaves: [7, 8, 1, 2] })
row('resizes', 'setSlice', (array) => array.setSlice([], 0, 2), undefined, { how: 'shorter', leaves: [2] })
row('resizes', 'deleteSlice', (array) => array.deleteSlice(0, 3, 2), undefined, { leaves: [1] })
row('core', 'concat', (array) => array.concat([7]), [3, 1, 2, 7])
row('core', 'repeat', (array) => array.repeat(2), [3, 1, 2, 3, 1, 2])
row('resizes', 'repeatInPlace', (array) => array.repeatInPlace(2), undefined, { leaves: [3, 1, 2, 3, 1, 2] })
row('core', 'copy', (array) => array.copy(), [3, 1, 2])
row('core', 'constructor', (array) => new array.constructor('i', array), [3, 1, 2])
row('core', 'equals', (array) => withOther([3, 1, 2], (other) => array.equals(other)), true)
row('element', 'equals', (array) => array.equals([3, 1, 2]), true, { how: 'a list' })
row('core', 'compare', (array) => withOther([3, 1, 1], (other) => array.compare(other)), 1)
row('element', 'compare', (array) => array.compare([3, 1, 3]), -1, { how: 'a list' })
row('writes', 'fill', (array) => array.fill(9) === array, true, { leaves: [9, 9, 9] })

// Records of one field: the same bytes as those of numbers.
const record = (kind, member, call, gives, options) =>
  row(kind, member, call, gives, { ...options, how: `${options?.how ?? ''} of records`.trim(), typecode: { v: 'i' } })
const of = (...values) => values.map((v) => ({ v }))
record('element', 'get', (array) => array.get(-1), { v: 2 })
record('element', 'get', (array) => array.get(1), { v: 1 }, { how: 'before the fault', faulted: { v: 1 } })
record('element', 'at', (array) => array.at(-1), { v: 2 }, isNone)
record('stores', 'set', (array) => array.set(2, { v: 9 }), undefined, {
  leaves: [3, 1, 9],
  faulted: 'ERR_MEMORY_FAULT',
})
record('element', 'getField', (array) => array.getField(2, 'v'), 2)
record('element', 'getField', (array) => array.getField(0, 'v'), 3, { how: 'before the fault', faulted: 3 })
record('stores', 'setField', (array) => array.setField(2, 'v', 9), undefined, {
  leaves: [3, 1, 9],
  faulted: 'ERR_MEMORY_FAULT',
})
record('resizes', 'append', (array) => array.append({ v: 7 }), undefined, { leaves: [3, 1, 2, 7] })
record('resizes', 'extend', (array) => array.extend(of(7, 8)), undefined, { leaves: [3, 1, 2, 7, 8] })
record('resizes', 'extend', (array) => array.extend(array), undefined, { how: 'by itself', leaves: [3, 1, 2, 3, 1, 2] })
record('resizes', 'insert', (array) => array.insert(1, { v: 7 }), undefined, { leaves: [3, 7, 1, 2] })
record('resizes', 'pop', (array) => array.pop(), { v: 2 }, { leaves: [3, 1] })
record('resizes', 'remove', (array) => array.remove({ v: 1 }), undefined, { leaves: [3, 2] })
record('core', 'count', (array) => array.count({ v: 1 }), 1)
record('core', 'index', (array) => array.index({ v: 2 }), 2)
record('writes', 'reverse', (array) => array.reverse() === array, true, { leaves: [2, 1, 3] })
record('writes', 'byteswap', (array) => array.byteswap() === array, true, { leaves: [3 << 24, 1 << 24, 2 << 24] })
record('writes', 'fill', (array) => array.fill(...of(9)) === array, true, { leaves: [9, 9, 9] })
record('element', 'tolist', (array) => array.tolist(), of(3, 1, 2))
record('element', Symbol.iterator, (array) => [...array], of(3, 1, 2))
record('core', 'slice', (array) => array.slice(), of(3, 1, 2))
record('writes', 'setSlice', (array) => array.setSlice(of(9), 0, 1), undefined, { leaves: [9, 1, 2] })
record('resizes', 'deleteSlice', (array) => array.deleteSlice(0, 3, 2), undefined, { leaves: [1] })
record('core', 'copy', (array) => array.copy(), of(3, 1, 2))
record('core', 'concat', (array) => array.concat(of(7)), of(3, 1, 2, 7))
record('element', 'equals', (array) => array.equals(of(3, 1, 2)), true)
record('core', 'view', (array) => array.view.byteLength, 12)
record('core', 'handle', (array) => array.handle().record.itemsize, 4)
record('knows', 'typecode', (array) => String(array.typecode), "RecordType(4) { v: 'i' }")
record('knows', 'is', (array) => array.is({ v: 'int32' }), true)
record('knows', 'MmapArray.attach', (_, { handle }) => MmapArray.attach(handle), of(3, 1, 2), { faulted: of(3, 1) })

// Numbers.
const places = [0, 3]
row('core', 'sum', (array) => array.sum(), 6)
row('core', 'min', (array) => array.min(), 1)
row('core', 'max', (array) => array.max(), 3)
row('writes', 'sort', (array) => array.sort() === array, true, { leaves: [1, 2, 3] })
row('writes', 'sortAsync', async (array) => (await array.sortAsync()) === array, true, { leaves: [1, 2, 3] })
row('core', 'bisectLeft', (array) => array.bisectLeft(0), 0)
row('core', 'bisectRight', (array) => array.bisectRight(9), 3)
row('core', 'searchsorted', (array) => array.searchsorted(Int32Array.of(0, 9)), places)
row('core', 'searchsortedAsync', (array) => array.searchsortedAsync(Int32Array.of(0, 9)), places)
const envelope = ({ min, max }) => [...min, ...max]
row('core', 'envelope', (array) => envelope(array.envelope(2)), [3, 1, 3, 2])
row('core', 'envelopeAsync', async (array) => envelope(await array.envelopeAsync(2)), [3, 1, 3, 2])

// Numbers of one field of records.
const V = { field: 'v' }
record('core', 'column', (array) => array.column('v'), [3, 1, 2])
record('core', 'column', (array) => array.column('v', -2, -1), [1], { how: 'of a part' })
record('writes', 'setColumn', (array) => array.setColumn('v', WORDS, 1), undefined, { leaves: [3, 7, 8] })
record('writes', 'setColumn', (array) => array.setColumn('v', [9]), undefined, { how: 'by a list', leaves: [9, 1, 2] })
record('core', 'sum', (array) => array.sum(V), 6)
record('core', 'min', (array) => array.min(V), 1)
record('core', 'max', (array) => array.max(V), 3)
record('core', 'count', (array) => array.count(1, V), 1, { how: 'by a field' })
record('core', 'index', (array) => array.index(2, V), 2, { how: 'by a field' })
record('writes', 'sort', (array) => array.sort(V) === array, true, { leaves: [1, 2, 3] })
record('writes', 'sortAsync', async (array) => (await array.sortAsync(V)) === array, true, { leaves: [1, 2, 3] })
record('core', 'bisectLeft', (array) => array.bisectLeft(0, V), 0)
record('core', 'bisectRight', (array) => array.bisectRight(9, V), 3)
record('core', 'searchsorted', (array) => array.searchsorted(Int32Array.of(0, 9), V), places)
record('core', 'searchsortedAsync', (array) => array.searchsortedAsync(Int32Array.of(0, 9), V), places)
record('core', 'envelope', (array) => envelope(array.envelope(2, V)), [3, 1, 3, 2])
record('core', 'envelopeAsync', async (array) => envelope(await array.envelopeAsync(2, V)), [3, 1, 3, 2])

// Memory.
row('core', 'buffer', (array) => new Int32Array(array.buffer), [3, 1, 2])
row('core', 'view', (array) => array.view, [3, 1, 2])
row('core', 'subarray', (array) => array.subarray(1), [1, 2])
row('core', 'row', (array) => array.row(0), 'ERR_TYPE_MISMATCH', { faulted: 'ERR_TYPE_MISMATCH' })
row('core', 'rows', (array) => array.rows(), 'ERR_TYPE_MISMATCH', { faulted: 'ERR_TYPE_MISMATCH' })
row('core', 'ndarray', (array) => array.ndarray().data, [3, 1, 2])
row('shares', 'sharedBuffer', (array) => new Int32Array(array.sharedBuffer), [3, 1, 2])
row('shares', 'sharedView', (array) => array.sharedView, [3, 1, 2])

// Storage.
row('resizes', 'reserve', (array) => (array.reserve(10), array.capacity >= 10), true)
row('core', 'check', (array) => array.check(), undefined)
row('core', 'trim', (array) => array.trim(), undefined)
row('knows', 'refresh', (array) => array.refresh(), 3, { closed: 'ERR_CLOSED', faulted: 2 })
row('core', 'flush', (array) => array.flush(), undefined)
row('core', 'flushAsync', (array) => array.flushAsync(), undefined)
row('core', 'advise', (array) => array.advise('willneed'), undefined)
row('closes', 'close', (array) => array.close(), undefined)
row('closes', dispose, (array) => array[dispose](), undefined)

// Sharing.
row('core', 'handle', (array) => array.handle().typecode, 'i')
row('core', 'lock', (array) => array.lock(), undefined)
row('core', 'lockAsync', (array) => array.lockAsync(), undefined)
row('core', 'tryLock', (array) => array.tryLock(), true)
row('knows', 'unlock', (array) => array.unlock(), 'ERR_NOT_LOCKED', { closed: 'ERR_CLOSED' })
row('core', 'withLock', (array) => array.withLock(() => 5), 5)
row('core', 'wait', (array) => array.wait(0, 77), 'not-equal')
row('core', 'waitAsync', (array) => array.waitAsync(0, 77), 'not-equal')
row('core', 'notify', (array) => array.notify(0), 0)

// Iteration and printing.
row('element', 'values', (array) => [...array.values()], [3, 1, 2])
row('element', Symbol.iterator, (array) => [...array], [3, 1, 2])
row('element', 'keys', (array) => [...array.keys()], [0, 1, 2], { faulted: [0, 1, 2] })
row('element', 'entries', (array) => [...array.entries()].flat(), [0, 3, 1, 1, 2, 2])
row('element', 'toJSON', (array) => array.toJSON(), [3, 1, 2])
row('element', 'toString', (array) => array.toString(), "MmapArray('i', [3, 1, 2])")
const inspected = (numbers) => `MmapArray(3) 'i' [ ${numbers} ]`
row('element', inspect.custom, (array) => inspect(array), inspected('3, 1, 2'), {
  faulted: inspected('3, 1, <memory fault>'),
  closed: "MmapArray 'i' [closed]",
})

// Statics, by what leads to this array: its path, its descriptor, a handle from before.
const ofFile = { faulted: [3, 1], 'fixed length': [3, 1, 2, 9] }
row('knows', 'MmapArray.typecodes', () => MmapArray.typecodes, [...'bBhHiIlLqQefdcuw', 'Zf', 'Zd'])
row('knows', 'MmapArray.recordType', () => MmapArray.recordType({ v: 'i' }).itemsize, 4)
row('knows', 'MmapArray.open', (_, { path, offset }) => MmapArray.open(path, 'i', { offset }), [3, 1, 2], ofFile)
row('knows', 'reopen', (array) => array.reopen(), [3, 1, 2], { faulted: [3, 1] })
row('knows', 'MmapArray.versions', (_, { path, offset }) => firstVersion(path, offset), [3, 1, 2], ofFile)
row('knows', 'MmapArray.replace', (_, { path }) => MmapArray.replace(`${path}.new`, 'i', ({ length }) => length), 0)
row('core', 'MmapArray.fromFd', (array) => MmapArray.fromFd(array.fd, 'i'), [3, 1, 2], {
  closed: 'ERR_OUT_OF_RANGE',
  'fixed length': [3, 1, 2, 9],
})
row('knows', 'MmapArray.attach', (_, { handle }) => MmapArray.attach(handle), [3, 1, 2], { faulted: [3, 1] })
row('knows', 'MmapArray.openShm', () => withShm((name) => [...MmapArray.openShm(name, 'i')]), [5])
row('knows', 'MmapArray.unlinkShm', () => withShm((name) => MmapArray.unlinkShm(name)), undefined)

/** The names of everything an array has, through all its prototypes, and of the class itself. */
export function memberNames() {
  const names = new Set(['[index]'])
  const array = new MmapArray('i')
  for (let level = Object.getPrototypeOf(array); level !== Object.prototype; level = Object.getPrototypeOf(level)) {
    for (const key of Reflect.ownKeys(level)) names.add(key)
  }
  array.close()
  const ofFunctions = new Set(['length', 'name', 'prototype', 'arguments', 'caller'])
  for (let Class = MmapArray; Class !== Function.prototype; Class = Object.getPrototypeOf(Class)) {
    for (const key of Reflect.ownKeys(Class)) if (!ofFunctions.has(key)) names.add(`MmapArray.${String(key)}`)
  }
  return names
}
