// The path of single elements, for arrays of one typecode: a typed array, an index, a check. `element-paths.js` imports
// this module once for each typecode, so that V8 compiles and inlines it for that typecode alone: code that serves many
// types is several times slower. What is not in reach here goes to the class below, which serves every type.

import { closed } from './errors.js'
import { ArrayIterator } from './iteration.js'
import * as state from './state.js'

// An import is looked up at each use, a constant is not.
const { BEYOND, LENGTH, ROOM } = state

/*
 * A loop is as fast as one over the typed array itself where V8 moves what is the same in each round out of it, and keeps
 * what the loop adds up in a register. It does neither where the methods called in the loop hold a call, or a way out that
 * ends in one: not even one that is never gone. What it can leave in is the check of its own that an index is inside of a
 * typed array: what no typed array holds is undefined, which V8 rules out from types alone as long as it never came.
 *
 * So the methods below branch to nothing. What is no index, or no element, is said as the index -1, and what was not there is
 * looked at afterwards, by code that V8 leaves out as long as it never ran. Once it ran it stays: the method gives way to
 * one that branches, for all arrays of the type. One index that is none, in whatever array, ends that. What `get` and `at`
 * have in common is spelled out in each: what one of them met is not to count for the other.
 *
 * Most arrays have a length that lasts, for good or for a while. Those need not even ask for it: for them there is a
 * prototype of its own, with methods that go in the same way, at a negative index too.
 *
 * Since Node.js 22 there is a compiler in between, Maglev. It takes into a loop what has less than 100 bytes of bytecode, and it
 * calls the rest at each element: `get` and `at` stay below that, and `set` of arrays whose length lasts. `--print-bytecode`
 * tells how long a method is.
 *
 * V8 compiles what was executed: a method that never had to call the core has no call in it. So what is likely to be needed is
 * made ready beforehand, not by the first element that is asked for.
 */

/** What holds something at 0 and nothing at 1, for a branch that is none. */
const ONLY_AT_0 = new Uint8Array(1)

const same = (value) => value
const always = () => true

// Constants, since V8 asks of a declared function each time whether it is still that one; and each of them no longer than the
// 27 bytes of bytecode that it always compiles into the caller.

/** The end to count from; of a length that is beyond it is not known. */
const endOf = (length) => (length === BEYOND ? 0 : length)

/** What an index counts from. A sum could round to a place where what was added is no index. */
const beginningFor = (index, end) => {
  const isWhole = index === (index | 0)
  return index < 0 && isWhole ? end : 0
}

/** Where an index points, among so many. There may be nothing. */
const placeOf = (index, length) => index + beginningFor(index, endOf(length))

/**
 * How often the length of an array may turn out not to stay. At each turn, there and back, the V8 of Node.js before 24 makes
 * another hidden class of it, and it compiles a call for no more than four of those: an array that is appended to and gone
 * through by turns would come to have a fifth, and each `get` of it would take ten times as long.
 */
const MOST_TURNS = 1

/** With fewer elements an array is only begun. */
const LEAST_LASTING = 64

/**
 * Whom an array tells of its memory.
 * @typedef {object} Follower
 * @property {(array, elements, writable: boolean) => void} see whenever it is another
 * @property {(array, lasts: boolean) => void} settle once all elements are in reach, and whether it looks as if their number
 *   will last
 * @property {(array) => void} unsettle before their number may change
 * @property {(array) => void} hide before their number may, but most likely will not: to be settled or unsettled after that
 */

/**
 * The class of arrays of one typecode, and the prototype of those whose length lasts.
 * @param {typeof import('./mmap-array.js').MmapArray} Base
 * @param {{ View: Function }} type
 * @param {import('./elements.js').Codec} codec
 * @param {(array, follower: Follower) => Uint32Array} follow gives the state of an array, and tells of it from now on
 */
export function elementPathOf(Base, { View }, { encode, decode, zero, fits }, follow) {
  const NONE = new View(0)
  // A codec without a branch: what is there is called, and compiled into the caller.
  const isStorable = fits ?? always
  const storable = fits === null ? encode : same
  const element = decode ?? same
  const toStored = (value) => (fits !== null && fits(value) ? value : encode(value))
  /** What is another in arrays whose length stays. */
  let LASTING_PROTOTYPE
  /** @type {Follower} */
  let FOLLOWER
  /** The methods that branch. */
  let CAREFUL
  let Values

  class Path extends Base {
    #state
    /** A typed array on the mapped window, or on the first part of it. */
    #readable
    /** The same where methods may write; else nothing. */
    #writable
    /**
     * Both again, but of no more than the elements: one comparison tells, and nothing is asked of the state. Nothing of
     * them is left before the array may get shorter.
     */
    #exact
    #exactWritable
    #lasts = false
    #turns = 0

    constructor(from, origin) {
      super(from, origin)
      this.#state = follow(this, FOLLOWER)
    }

    #see(elements, writable) {
      this.#readable = elements
      this.#writable = writable ? elements : NONE
      this.#unsettle()
    }

    #settle(lasts) {
      const [elements, length] = [this.#readable, state.lengthOf(this.#state)]
      if (length === 0 || length > elements.length) return
      if (this.#exact.length !== length) {
        this.#exact = elements.subarray(0, length)
        this.#exactWritable = this.#writable === elements ? this.#exact : NONE
      }
      if (lasts && !this.#lasts && this.#turns < MOST_TURNS && length >= LEAST_LASTING) {
        this.#lasts = true
        this.#turns += 1
        this.#exchange(Path.prototype, LASTING_PROTOTYPE)
      }
    }

    /** Not of an array that its user froze, or gave a prototype of their own: any of the methods do for any array. */
    #exchange(before, after) {
      if (Object.getPrototypeOf(this) === before) Reflect.setPrototypeOf(this, after)
    }

    #hide() {
      this.#exact = NONE
      this.#exactWritable = NONE
    }

    #unsettle() {
      this.#hide()
      if (this.#lasts) {
        this.#lasts = false
        this.#exchange(LASTING_PROTOTYPE, Path.prototype)
      }
    }

    get length() {
      const length = this.#state[LENGTH]
      return ONLY_AT_0[length === BEYOND ? 1 : 0] === undefined ? super.length : length
    }

    get(index) {
      const isNumber = typeof index === 'number'
      const length = this.#state[LENGTH]
      const place = placeOf(isNumber ? index : 0, length)
      const stored = this.#readable[isNumber && place < length ? place : -1]
      return stored !== undefined ? element(stored) : getCarefully(this, index)
    }

    at(index) {
      const isNumber = typeof index === 'number'
      const length = this.#state[LENGTH]
      const place = placeOf(isNumber ? index : 0, length)
      const stored = this.#readable[isNumber && place < length ? place : -1]
      return stored !== undefined ? element(stored) : atCarefully(this, index)
    }

    set(index, value) {
      const isGiven = typeof index === 'number' && isStorable(value)
      const length = this.#state[LENGTH]
      const place = placeOf(isGiven ? index : 0, length)
      const inside = isGiven && place < length ? place : -1
      const elements = this.#writable
      if (elements[inside] !== undefined) elements[inside] = storable(value)
      else setCarefully(this, index, value)
    }

    append(value) {
      const words = this.#state
      const length = words[LENGTH]
      if (length < words[ROOM]) {
        const elements = this.#writable
        if (length < elements.length) {
          elements[length] = toStored(value)
          words[LENGTH] = length + 1
          return
        }
      }
      super.append(value)
    }

    pop(index) {
      const words = this.#state
      const last = words[LENGTH] - 1
      // Only a reserved array has room behind its end, and keeps it.
      if (index === undefined && last >= 0 && last + 1 < words[ROOM]) {
        const elements = this.#writable
        if (last < elements.length) {
          const value = decode === null ? elements[last] : decode(elements[last])
          if (last < this.#exact.length) this.#unsettle()
          words[LENGTH] = last
          // In the file of a process that is killed it would be there again.
          elements[last] = zero
          return value
        }
      }
      return super.pop(index)
    }

    values() {
      // An empty array may be a closed one.
      if (this.#state[LENGTH] === 0) return super.values()
      this.#settle(true)
      return new Values(this)
    }

    static {
      FOLLOWER = {
        see: (array, elements, writable) => array.#see(elements, writable),
        settle: (array, lasts) => array.#settle(lasts),
        unsettle: (array) => array.#unsettle(),
        hide: (array) => array.#hide(),
      }
      CAREFUL = {
        __proto__: Base.prototype,

        get(index) {
          if (typeof index === 'number' && index >>> 0 === index) {
            const exact = this.#exact
            if (index < exact.length) return decode === null ? exact[index] : decode(exact[index])
            const elements = this.#readable
            if (index < this.#state[LENGTH] && index < elements.length) {
              return decode === null ? elements[index] : decode(elements[index])
            }
          }
          return super.get(index)
        },

        at(index) {
          if (typeof index === 'number' && index >>> 0 === index) {
            const exact = this.#exact
            if (index < exact.length) return decode === null ? exact[index] : decode(exact[index])
            const elements = this.#readable
            if (index < this.#state[LENGTH] && index < elements.length) {
              return decode === null ? elements[index] : decode(elements[index])
            }
          }
          return super.at(index)
        },

        set(index, value) {
          if (typeof index === 'number' && index >>> 0 === index) {
            const exact = this.#exactWritable
            if (index < exact.length) {
              exact[index] = toStored(value)
              return
            }
            const elements = this.#writable
            if (index < this.#state[LENGTH] && index < elements.length) {
              elements[index] = toStored(value)
              return
            }
          }
          super.set(index, value)
        },
      }
      LASTING_PROTOTYPE = {
        __proto__: Path.prototype,

        get(index) {
          const stored = this.#exact[typeof index === 'number' ? index : -1]
          if (stored !== undefined) return element(stored)
          goWithout('get')
          return super.get(index)
        },

        at(index) {
          const stored = this.#exact[typeof index === 'number' ? index : -1]
          if (stored !== undefined) return element(stored)
          goWithout('at')
          return super.at(index)
        },

        set(index, value) {
          const exact = this.#exactWritable
          const place = typeof index === 'number' && isStorable(value) ? index : -1
          if (exact[place] !== undefined) {
            exact[place] = storable(value)
            return
          }
          goWithout('set')
          super.set(index, value)
        },

        // Taking elements away unsettles in any case; what is appended would be an index that is none.
        append(value) {
          this.#unsettle()
          super.append(value)
        },
      }

      /** As the iterator of every type. One object is made in one place, so that V8 need not make it in a loop. */
      Values = class {
        #array
        #index = 0
        #ended = false

        constructor(array) {
          this.#array = array
        }

        next() {
          const array = this.#array
          const index = this.#index
          const exact = array.#exact
          const isThere = index < exact.length && this.#ended === false
          let value
          if (isThere) {
            this.#index = index + 1
            value = element(exact[index])
          } else {
            // Behind the exact elements is the end where they are all there are; a closed array has none.
            const isEnd = exact.length === array.#state[LENGTH] && exact.length !== 0
            if (ONLY_AT_0[isEnd ? 0 : 1] === undefined) return this.#step()
            this.#ended = true
          }
          return { value, done: !isThere }
        }

        /** One of an array that changes meanwhile. */
        #step() {
          const array = this.#array
          if (!this.#ended) {
            const index = this.#index
            if (index < array.length) {
              this.#index = index + 1
              return { value: array.get(index), done: false }
            }
            this.#ended = true
            if (array.closed) throw closed()
          }
          return { value: undefined, done: true }
        }
      }
    }
  }

  const { get, at, set } = Path.prototype
  const QUICK = { get, at, set }

  /** From now on arrays whose length lasts have the method of the others. */
  function goWithout(name) {
    Reflect.deleteProperty(LASTING_PROTOTYPE, name)
  }

  /** From now on a method branches, in all arrays of the type; but not where its user has put another in its place. */
  function becomeCareful(name) {
    const { [name]: method } = CAREFUL
    if (Object.getOwnPropertyDescriptor(Path.prototype, name)?.value === QUICK[name]) {
      Reflect.defineProperty(Path.prototype, name, { value: method })
    }
    return method
  }

  function getCarefully(array, index) {
    return becomeCareful('get').call(array, index)
  }

  function atCarefully(array, index) {
    return becomeCareful('at').call(array, index)
  }

  function setCarefully(array, index, value) {
    becomeCareful('set').call(array, index, value)
  }

  Object.setPrototypeOf(Values.prototype, ArrayIterator.prototype)
  delete Values.prototype.constructor

  const hidden = { configurable: true, enumerable: false, writable: true }
  Object.defineProperty(Path.prototype, Symbol.iterator, { ...hidden, value: Path.prototype.values })
  for (const name of Object.keys(LASTING_PROTOTYPE)) {
    Object.defineProperty(LASTING_PROTOTYPE, name, { enumerable: false })
  }
  // Users see one class.
  delete Path.prototype.constructor
  return { Path, LASTING_PROTOTYPE }
}
