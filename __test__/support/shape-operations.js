// Random operations on an array of several dimensions, as plain JSON that this file runs here and python/shape_operations.py runs in NumPy.
//
// A step is [name, ...arguments]. A value is an integer, which stands for an element of any type: a number, a character, a complex number
// or a record.
import { MmapArray } from '../../index.js'

const RECORD = { id: 'i', flag: 'b', gain: ['f', 2] }
const CODES = [...'bBhHiIqQefdcw', 'Zf', 'Zd', 'record']

/** From here on a step makes the array shorter. */
const LONG = 60

/** A random type and shape: { name, type, toElement, toValue, inner, row }. */
export function randomSubject(random) {
  const name = random.pick(CODES)
  const inner = random.list(1, 3, () => random.integer(1, 4))
  return { name, inner, row: product(inner), ...conversions(name) }
}

export const product = (lengths) => lengths.reduce((count, length) => count * length, 1)

function conversions(name) {
  const type = name === 'record' ? RECORD : name
  if (name === 'record') {
    return {
      type,
      toElement: (value) => ({ id: value % 26, flag: value % 26, gain: [value % 26, (value % 26) + 0.5] }),
      toValue: ({ id }) => id,
    }
  }
  if (name === 'c' || name === 'w') {
    const toElement = (value) => String.fromCharCode(97 + (value % 26))
    return { type, toElement, toValue: (text) => text.charCodeAt(0) - 97 }
  }
  if (name === 'q' || name === 'Q') return { type, toElement: (value) => BigInt(value % 26), toValue: Number }
  if (name.startsWith('Z')) {
    return { type, toElement: (value) => ({ re: value % 26, im: value % 26 }), toValue: ({ re }) => re }
  }
  return { type, toElement: (value) => value % 26, toValue: (value) => value }
}

/** Draws steps for an array of a shape. */
export class ShapeOperations {
  constructor({ inner, row }, random, order) {
    this.inner = inner
    this.row = row
    this.random = random
    this.order = order
  }

  #values(count) {
    return Array.from({ length: count }, () => this.random.below(26))
  }

  #coordinates(rows) {
    const { random } = this
    const lengths = [rows, ...this.inner]
    const coordinates = lengths.map((length) => random.integer(-Math.max(length, 1), Math.max(length - 1, 0)))
    if (random.chance(0.05)) coordinates[random.below(coordinates.length)] = random.pick([-5, 5, 99])
    if (random.chance(0.05)) coordinates.push(0)
    if (random.chance(0.05) && coordinates.length > 2) coordinates.pop()
    if (random.chance(0.1)) return [random.integer(-rows * this.row - 1, rows * this.row)]
    return coordinates
  }

  /** A bound in whole rows, mostly. */
  #bound(rows) {
    const { random, row } = this
    if (random.chance(0.1)) return null
    return random.integer(-rows - 1, rows + 1) * row + (random.chance(0.2) ? random.below(row) : 0)
  }

  /** The number of elements of some rows, or rarely some other one. */
  #length(most) {
    const { random, row } = this
    return random.integer(0, most) * row + (random.chance(0.15) ? random.below(row) : 0)
  }

  next(rows) {
    const { random, row } = this
    const length = rows * row
    if (this.order === 'F') return this.#fixed(rows)
    if (rows > LONG) return ['deleteSlice', random.integer(1, 8) * row, null, null]
    const steps = [
      () => ['append', this.#values(random.chance(0.9) ? row : random.below(2 * row + 2)), this.#form()],
      () => ['append', this.#values(row), this.#form()],
      () => ['extend', random.list(0, 4, () => this.#values(random.chance(0.97) ? row : row + 1)), this.#form()],
      () => ['extendFlat', this.#values(this.#length(3)), this.#form()],
      () => [random.pick(['frombytes', 'fromlist']), this.#values(this.#length(2)), null],
      () => ['appendOne', random.below(26)],
      () => ['insert', random.integer(-length, length), random.below(26)],
      () => (length > 0 ? ['pop', random.integer(-length, length - 1)] : ['clear']),
      () => ['deleteSlice', this.#bound(rows), this.#bound(rows), random.chance(0.1) ? 2 : null],
      () => ['setSlice', this.#values(this.#length(3)), this.#bound(rows), this.#bound(rows)],
      () => (random.chance(0.2) ? ['clear'] : ['reverse']),
      () => ['repeatInPlace', random.integer(rows > 10 ? 0 : 1, rows > 10 ? 1 : 3)],
      () => ['reserve', length + random.below(40)],
      () => [random.pick(['trim', 'refresh', 'handle', 'flush', 'reopen', 'reopen'])],
    ]
    return random.chance(0.45) ? this.#fixed(rows) : random.pick(steps)()
  }

  /** A step that does not change the length. */
  #fixed(rows) {
    const { random, row } = this
    const index = random.integer(-rows - 1, rows)
    const steps = [
      () => ['get', this.#coordinates(rows)],
      () => ['set', this.#coordinates(rows), random.below(26)],
      () => ['row', index],
      () => ['rows', random.pick([null, index]), random.pick([null, random.integer(-rows, rows)])],
      () => ['setRow', index, this.#values(row)],
      () => ['slice', this.#bound(rows), this.#bound(rows), random.pick([null, 2, -1])],
      () => ['setSlice', this.#values(row), ...this.#oneRow(rows)],
      () => ['copy'],
      () => ['ndarray'],
      () => ['reverse'],
      () => ['append', this.#values(row), 'list'],
    ]
    return random.pick(this.order === 'F' ? steps : steps.slice(0, -1))()
  }

  #oneRow(rows) {
    const at = this.random.below(Math.max(rows, 1))
    return [at * this.row, (at + 1) * this.row]
  }

  #form() {
    return this.random.pick(['list', 'nested', 'memory', 'array', 'iterator'])
  }
}

/** Elements in the form of a list, a list nested as the axes are, a typed array, another array or an iterator. */
function formed({ type, toElement, inner }, values, form, keep) {
  const elements = values.map(toElement)
  if (form === 'iterator') return elements.values()
  if (form === 'nested' && values.length === product(inner)) return nested(elements, inner)
  if (form === 'list' || form === 'nested') return elements
  const array = keep(new MmapArray(type, elements))
  return form === 'memory' && type !== RECORD ? array.view : array
}

function nested(elements, lengths) {
  if (lengths.length === 1) return elements
  const each = elements.length / lengths[0]
  return Array.from({ length: lengths[0] }, (_, n) =>
    nested(elements.slice(n * each, (n + 1) * each), lengths.slice(1)),
  )
}

/** The elements of a typed array on the memory, or of records. */
function elementsOf({ type }, view, keep) {
  const array = keep(new MmapArray(type))
  array.frombytes(view)
  return array.tolist()
}

const given = (bounds) => bounds.map((bound) => bound ?? undefined)

/** Runs a step. `subject` is { array, reopen }. */
export function runStep(kind, subject, [name, ...parameters], keep) {
  const { array } = subject
  const { toElement, toValue } = kind
  const values = (elements) => Array.from(elements, toValue)
  const run = {
    get: (coordinates) => [toValue(array.get(...coordinates))],
    set: (coordinates, value) => array.set(...coordinates, toElement(value)),
    row: (index) => values(elementsOf(kind, array.row(index), keep)),
    rows: (start, stop) =>
      Array.from(array.rows(...given([start, stop])), (row) => values(elementsOf(kind, row, keep))),
    setRow(index, numbers) {
      const bytes = keep(new MmapArray(kind.type, numbers.map(toElement))).tobytes()
      const row = array.row(index)
      new Uint8Array(row.buffer, row.byteOffset, row.byteLength).set(bytes)
    },
    append: (numbers, form) => array.append(formed(kind, numbers, form, keep)),
    extend(rows, form) {
      const whole = rows.map((row) => formed(kind, row, form === 'iterator' ? 'list' : form, keep))
      array.extend(form === 'iterator' ? whole.values() : whole)
    },
    extendFlat: (numbers, form) => array.extend(formed(kind, numbers, form === 'nested' ? 'list' : form, keep)),
    frombytes: (numbers) => array.frombytes(keep(new MmapArray(kind.type, numbers.map(toElement))).tobytes()),
    fromlist: (numbers) => array.fromlist(numbers.map(toElement)),
    appendOne: (value) => array.append(toElement(value)),
    insert: (index, value) => array.insert(index, toElement(value)),
    pop: (index) => [toValue(array.pop(index))],
    deleteSlice: (...bounds) => array.deleteSlice(...given(bounds)),
    setSlice: (numbers, ...bounds) => array.setSlice(numbers.map(toElement), ...given(bounds)),
    slice: (...bounds) => values(elementsOf(kind, bytesOf(array, given(bounds)), keep)),
    clear: () => array.clear(),
    repeatInPlace: (times) => array.repeatInPlace(times),
    reverse: () => void array.reverse(),
    copy() {
      const copy = keep(array.copy())
      return [copy.shape, values(copy)]
    },
    ndarray: () => (array.typecode === kind.type ? throughNdarray(array, kind) : values(inOrder(array))),
    reserve: (capacity) => array.reserve(capacity),
    trim: () => array.trim(),
    refresh: () => void array.refresh(),
    handle: () => void array.handle(),
    flush: () => array.flush(),
    reopen: () => subject.reopen(),
  }
  return run[name](...parameters)
}

/** The bytes of a slice, of which records and complex numbers are an Array. */
function bytesOf(array, bounds) {
  const slice = array.slice(...bounds)
  if (!Array.isArray(slice)) return slice
  const copy = new MmapArray(array.typecode, slice)
  const bytes = copy.tobytes()
  copy.close()
  return bytes
}

/** All combinations of coordinates; the last varies fastest. */
function* coordinatesOf([length, ...others]) {
  if (length === undefined) return yield []
  for (let at = 0; at < length; at++) for (const rest of coordinatesOf(others)) yield [at, ...rest]
}

/** The elements by their coordinates. */
function inOrder(array) {
  return Array.from(coordinatesOf(array.shape), (coordinates) => array.get(...coordinates))
}

/** The same as scijs' ndarray finds them. */
function throughNdarray(array, { toElement, toValue, name }) {
  if (name.startsWith('Z') || 'cew'.includes(name)) return inOrder(array).map(toValue)
  const { data, shape, stride, offset } = array.ndarray()
  return Array.from(coordinatesOf(shape), (coordinates) =>
    toValue(data[coordinates.reduce((sum, at, axis) => sum + at * stride[axis], offset)] ?? toElement(0)),
  )
}
