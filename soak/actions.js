// What a worker does, one action at a time. Each throws if something is not as it must be.
import fs from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { elementOf } from '../__test__/support/append-log.js'

/** Most elements a worker appends in one call: as many may be there without being counted when it is killed. */
export const MOST_AT_ONCE = 50
/** Elements of the truncated file: the one at index i is i + 1, or 0 where it was truncated and made longer again. */
const MOST_CUT_ELEMENTS = 200_000
const FAULT = 'ERR_MEMORY_FAULT'

/** Codes of what may happen to a file that others truncate at any time. */
const CODES_OF_A_TRUNCATED_FILE = new Set([FAULT, 'ERR_INDEX_OUT_OF_RANGE'])

export class Actions {
  #MmapArray
  #random
  #counters
  #number
  #shared
  #truncatedPath
  #reserved
  #kept = []

  /** @param shared the round's arrays, attached: { file, memory, locked } */
  constructor({ MmapArray, random, counters, number, shared, directory }) {
    this.#MmapArray = MmapArray
    this.#random = random
    this.#counters = counters
    this.#number = number
    this.#shared = shared
    this.#truncatedPath = join(directory, 'truncated')
    this.#reserved = MmapArray.open(join(directory, `reserved-${number}`), 'q', { flags: 'w+', capacity: 10 })
  }

  /** Which to do next is the worker's choice; the more often a name stands here, the more often it is done. */
  static NAMES = ['append', 'append', 'append', 'reserve', 'truncate', 'read', 'read', 'lock', 'wait', 'churn', 'drop']

  append() {
    const to = this.#random.pick(['file', 'memory'])
    const done = this.#counters.get(to)
    const count = 1 + this.#random.below(MOST_AT_ONCE)
    const elements = Array.from({ length: count }, (_, n) => elementOf(this.#number, done + 1 + n))
    if (this.#random.chance(0.5)) {
      this.#shared[to].extend(elements)
      this.#counters.set(to, done + count)
    } else {
      for (const [n, element] of elements.entries()) {
        this.#shared[to].append(element)
        this.#counters.set(to, done + n + 1)
      }
    }
  }

  /** Into a file of the worker's own, which is truncated to its length however the worker ends, unless it is killed. */
  reserve() {
    const array = this.#reserved
    for (let n = this.#random.below(2000); n > 0; n--) {
      array.append(BigInt(array.length + 1))
      this.#counters.set('reserved', array.length)
    }
    if (this.#random.chance(0.1)) array.trim()
    if (this.#random.chance(0.2)) array.reserve(array.length + this.#random.below(5000))
    if (array.length > 0 && array.get(-1) !== BigInt(array.length)) throw new Error('a reserved array lost an element')
  }

  /** Truncates the shared file, or makes it longer. */
  truncate() {
    const file = fs.openSync(this.#truncatedPath, 'r+')
    const there = Math.floor(fs.fstatSync(file).size / 4)
    const wanted = this.#random.below(MOST_CUT_ELEMENTS)
    if (wanted < there) fs.ftruncateSync(file, wanted * 4)
    else
      fs.writeSync(
        file,
        Int32Array.from({ length: wanted - there }, (_, n) => there + n + 1),
        0,
        undefined,
        there * 4,
      )
    fs.closeSync(file)
    this.#counters.add('truncations')
  }

  /** Reads the truncated file in every possible way. */
  read() {
    const flags = this.#random.pick(['r', 'r+', 'c'])
    const array = this.#MmapArray.open(this.#truncatedPath, 'i', { flags })
    try {
      for (let times = 1 + this.#random.below(5); times > 0; times--) this.#readOnce(array, flags)
    } finally {
      if (this.#random.chance(0.8)) array.close()
    }
  }

  #readOnce(array, flags) {
    try {
      const { view } = array
      for (let at = this.#random.below(100); at < view.length; at += 97) this.#require(view[at], at)
      for (const [at, value] of array.slice(0, 1000).entries()) this.#require(value, at)
      if (array.length > 0) {
        const at = this.#random.below(array.length)
        this.#require(array.get(at), at)
        if (flags !== 'r') array.set(at, at + 1)
        array.count(7)
      }
    } catch (error) {
      if (!CODES_OF_A_TRUNCATED_FILE.has(error.code)) throw error
      this.#counters.add('faults')
    }
    array.refresh()
  }

  #require(value, at) {
    if (value !== at + 1 && value !== 0) throw new Error(`element ${at} of the truncated file is ${value}`)
  }

  /** One at a time: whoever dies in the middle leaves the second number one ahead. */
  async lock() {
    const { locked } = this.#shared
    const begin = () => {
      const [done, begun] = [locked.get(0), locked.get(1)]
      if (begun !== done && begun !== done + 1) throw new Error(`under the lock: ${done} done, ${begun} begun`)
      locked.set(1, done + 1)
      return done
    }
    const end = (done) => {
      if (locked.get(0) !== done || locked.get(1) !== done + 1) throw new Error('two hold the lock')
      locked.set(0, done + 1)
      this.#counters.add('locked')
    }
    if (this.#random.chance(0.5)) {
      await locked.withLock(async () => {
        const done = begin()
        await sleep(this.#random.below(5))
        end(done)
      })
    } else if (locked.tryLock()) {
      end(begin())
      locked.unlock()
    }
    locked.notify(0)
  }

  async wait() {
    const { locked } = this.#shared
    const timeout = this.#random.below(30)
    const value = locked.get(0)
    const outcome = this.#random.chance(0.5)
      ? locked.wait(0, value, timeout)
      : await locked.waitAsync(0, value, timeout)
    if (!['ok', 'not-equal', 'timed-out'].includes(outcome)) throw new Error(`a wait ended with ${outcome}`)
    if (outcome === 'ok') this.#counters.add('wakes')
  }

  /** Makes arrays of every kind, uses and closes them; some are kept for a while. */
  churn() {
    for (let n = 0; n < 10; n++) {
      const array = this.#random.chance(0.5)
        ? new this.#MmapArray('d', [1, 2, 3])
        : this.#MmapArray.attach(this.#shared.file.handle(), { flags: 'r' })
      if (array.length > 0) array.view.at(-1)
      if (this.#random.chance(0.1)) array.handle()
      this.#kept.push(array)
      this.#counters.add('arrays')
    }
    while (this.#kept.length > 20) this.#kept.splice(this.#random.below(20), 1)[0].close()
  }

  /** Makes arrays and forgets them. */
  drop() {
    for (let n = 0; n < 10; n++) {
      const array = new this.#MmapArray('i', [n])
      if (this.#random.chance(0.5) && array.view[0] !== n) throw new Error('not what was stored')
      if (this.#random.chance(0.1)) array.waitAsync(0, n, 1).catch(() => {})
      this.#counters.add('arrays')
    }
    if (this.#random.chance(0.2)) globalThis.gc?.()
  }
}
