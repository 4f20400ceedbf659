// What a file and several arrays on it are, by the rule of length: an array's length moves by its own refresh() and by its own
// calls that change the length, which take over first what others did. Elements are numbers of four bytes.

import { PAGE as PAGE_BYTES } from './pages.js'

const SIZE = 4
/** Elements of a page. */
const PAGE = PAGE_BYTES / SIZE
const OTHER_WRITER = { error: 'ERR_OTHER_WRITER' }
/** In place of an element of which only some bytes were there. */
const ANYTHING = Symbol('anything')

/** Elements stand for what is in the file; behind a reserved array's length lie zeros. */
export class FileModel {
  elements = []
  /** Bytes of half an element behind the last. */
  ragged = 0
  arrays = []

  /** @param lead elements' worth of bytes before the first */
  constructor(lead = 0) {
    this.lead = lead
  }

  get length() {
    return this.elements.length
  }

  get reserved() {
    return this.arrays.find((array) => array.reserved)
  }

  resize(length) {
    while (this.length < length) this.elements.push(0)
    this.elements.length = length
    // Pages of a private mapping that lie behind the end altogether go too.
    for (const { pages } of this.arrays) {
      for (const page of pages.keys()) if (page > this.pageOf(length - 1)) pages.delete(page)
    }
  }

  pageOf(index) {
    return Math.floor((index + this.lead) / PAGE)
  }

  add(array) {
    this.arrays.push(array)
    return array
  }

  /** Called after each command: arrays longer than the file show zeros from where it ended, until they refresh. */
  findCutArrays() {
    for (const array of this.arrays) {
      if (array.length > this.length) array.doubtfulFrom = Math.min(array.doubtfulFrom, this.length)
    }
  }
}

export class ArrayModel {
  reserved = false
  capacity = 0
  /** From here on zeros may be read, and any call may be ERR_MEMORY_FAULT: the file was cut under the array. */
  doubtfulFrom = Infinity
  /** Copies that an array with 'c' made of pages it wrote to: page -> (index -> element). */
  pages = new Map()
  /** The page of its last element at the time of its first write, which copies it: it tells when others cut the file. */
  lastPage

  /** @param fixed the length of a window of fixed length */
  constructor(file, flags, fixed) {
    this.file = file
    this.flags = flags
    this.fixed = fixed
    this.length = Math.min(fixed ?? Infinity, file.length)
  }

  /** Whether others appended behind the room that it has reserved: it must neither grow nor truncate the file. */
  get hasOtherWriter() {
    return this.reserved && this.file.length > this.capacity
  }

  get isDoubtful() {
    return this.doubtfulFrom < Infinity
  }

  /** The elements that may be read at an index; undefined where that is anything, as a half that was cut is. */
  allowed(index) {
    const { file } = this
    if (index === file.length) return undefined
    const element = this.pages.get(file.pageOf(index))?.[index] ?? file.elements[index] ?? 0
    if (element === ANYTHING) return undefined
    if (index < this.doubtfulFrom) return [element]
    return this.flags === 'c' ? undefined : [element, 0]
  }

  #takeOver(length) {
    this.length = length
    this.doubtfulFrom = Infinity
  }

  refresh() {
    const there = this.file.length
    if (this.reserved) this.capacity = Math.min(this.capacity, there)
    const most = this.fixed ?? (this.reserved || this.flags === 'c' ? this.length : Infinity)
    this.#takeOver(Math.min(most, there))
    if (this.lastPage !== undefined && !this.pages.has(this.lastPage)) this.#copyLast()
    return { value: this.length }
  }

  /** What may be read at each index; undefined for anything. */
  elements() {
    return Array.from({ length: this.length }, (_, index) => this.allowed(index)?.[0])
  }

  /** Stores values where elements are. A call that may store copies the last page, even if it stores nothing. */
  store(start, values) {
    if (this.flags === 'r') return { error: 'ERR_READ_ONLY' }
    if (this.flags === 'c' && this.lastPage === undefined) this.#copyLast()
    for (const [n, value] of values.entries()) this.set(start + n, value)
    return {}
  }

  set(index, value) {
    const { file } = this
    if (this.flags === 'r') return { error: 'ERR_READ_ONLY' }
    if (this.flags !== 'c') {
      file.elements[index] = value
      return {}
    }
    if (this.lastPage === undefined) this.#copyLast()
    const page = file.pageOf(index)
    this.#own(page)
    this.pages.get(page)[index] = value
    return {}
  }

  #copyLast() {
    this.lastPage = this.file.pageOf(this.length - 1)
    if (this.length > 0) this.#own(this.lastPage)
  }

  #own(page) {
    if (!this.pages.has(page)) this.pages.set(page, this.#copy(page))
  }

  /** A whole page as it is now, zeros behind the end of the file included: what the file gets there later stays hidden. */
  #copy(page) {
    const { file } = this
    const copy = file.elements.slice(0, (page + 1) * PAGE - file.lead)
    if (file.ragged && file.pageOf(copy.length) === page) copy.push(ANYTHING)
    while (file.pageOf(copy.length) === page) copy.push(0)
    return copy
  }

  /** Any call that may change the length. Gives why it may not be made at all, and why the length may not change. */
  begin() {
    if (this.flags === 'r') return { refusal: 'ERR_READ_ONLY' }
    if (this.flags === 'c' || this.fixed !== undefined) return { verdict: 'ERR_FIXED_LENGTH' }
    if (this.reserved) return {}
    this.#takeOver(this.file.length)
    return { verdict: this.file.ragged ? 'ERR_RAGGED_LENGTH' : undefined }
  }

  /** Replaces elements; a reserved array leaves the file as long as it is, and asks for room by `grown`, its new capacity. */
  replace(start, count, values, grown) {
    const { file } = this
    const result = this.length - count + values.length
    if (this.reserved) {
      if (result > this.capacity) {
        if (this.hasOtherWriter) return OTHER_WRITER
        this.capacity = grown
        file.resize(Math.max(grown, file.length))
      }
      const tail = file.elements.slice(start + count, this.length)
      file.elements.splice(start, values.length + tail.length, ...values, ...tail)
      file.elements.fill(0, result, this.length)
    } else {
      file.elements.splice(start, count, ...values)
      file.resize(result)
    }
    this.length = result
    return {}
  }

  reserve(capacity) {
    const { refusal, verdict } = this.begin()
    if (refusal ?? verdict) return { error: refusal ?? verdict }
    if (!this.reserved) this.capacity = this.length
    this.reserved = true
    if (capacity > this.capacity) {
      if (this.hasOtherWriter) return OTHER_WRITER
      this.file.resize(Math.max(capacity, this.file.length))
      this.capacity = capacity
    }
    return {}
  }

  trim() {
    if (this.hasOtherWriter) return OTHER_WRITER
    if (this.reserved) this.file.resize(this.length)
    this.reserved = false
    return {}
  }
}
