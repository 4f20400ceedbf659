// The root of the class: the private state of an array, and the functions by which the other files of lib/ reach it.

import { MmapArray as NativeArray, boundCall, closeArray, requireSound } from '../native.js'
import { refuseClones } from './cloning.js'
import { ElementMemory } from './element-memory.js'
import { codecFor } from './elements.js'
import { closed, indexOutOfRange, invalidArgType } from './errors.js'
import * as locks from './locks.js'
import { toType } from './typecodes.js'
import { Views } from './views.js'

/** First argument of the constructor where the second one is open options that were checked. */
export const CHECKED = Symbol('checked open options')

const NO_BYTES = new Uint8Array(0)

let functions

export class CoreArray extends NativeArray {
  #type
  #codec
  /** @type {ElementMemory} shared with the class of the array's type */
  #memory
  #isClosed = false
  /** Calls into the core that are bound to this array, once they are made. */
  #calls = {
    append: undefined,
    bisectLeft: undefined,
    bisectRight: undefined,
    notify: undefined,
    pop: undefined,
    wait: undefined,
  }
  /** @type {Views | undefined} */
  #views

  /** @param openOptions what `toOpenOptions` gives; the array and its memory are added to them */
  constructor(openOptions) {
    const { typecode, path, flags, format, rare } = openOptions
    super(typecode, path, flags, format, rare)
    refuseClones(this)
    this.#type = toType(typecode)
    this.#codec = codecFor(this.#type)
    this.#memory = new ElementMemory(this, this.#type, (flags ?? rare?.handle?.flags) === 'c')
    openOptions.array = this
    openOptions.memory = this.#memory
  }

  static {
    const isArray = (value) => typeof value === 'object' && value !== null && #type in value

    const requireArray = (receiver) => {
      if (isArray(receiver)) return receiver
      throw invalidArgType('this', 'an MmapArray', receiver)
    }

    const requireOpen = (array) => {
      if (requireArray(array).#isClosed) throw closed()
      // Loops over single elements do not notice that written pages were lost, so they ask before they begin.
      if (array.#memory.isCopyOnWrite) requireSound(array)
    }

    functions = {
      isArray,
      requireArray,
      requireOpen,
      // Appending nothing tells.
      requireWritable: (array) => NativeArray.prototype.frombytes.call(array, NO_BYTES),
      isClosed: (array) => requireArray(array).#isClosed,
      typeOf: (array) => requireArray(array).#type,
      codecOf: (array) => requireArray(array).#codec,
      memoryOf: (array) => requireArray(array).#memory,
      openViewsOf: (array) => {
        requireOpen(array)
        // A view that was handed out before is no better than a new one, which the core would refuse.
        if (!array.#memory.isSound) requireSound(array)
        return (array.#views ??= new Views(array, array.#type.View))
      },
      positionOf: (array, index) => {
        const { length } = requireArray(array).#memory
        const at = index < 0 ? index + length : index
        if (at >= 0 && at < length) return at
        requireOpen(array)
        throw indexOutOfRange(index, length)
      },
      boundCallOf: (array, name) => (requireArray(array).#calls[name] ??= boundCall(array, name)),
    }
  }

  close() {
    this.#isClosed = true
    locks.forget(this)
    this.#memory.release()
    this.#views = undefined
    closeArray(this)
  }
}

/** What other files of lib/ may know of an array, and its users may not. */
export const {
  /** Whether a value is an array, of any class of this package. */
  isArray,
  /** The receiver of a call, before it is handed to a function of the addon. */
  requireArray,
  /** Throws ERR_CLOSED for a closed array, and ERR_MEMORY_FAULT for a copy-on-write array whose written pages were lost. */
  requireOpen,
  /** Before code of the user's runs: throws what an append to a closed or read-only array would throw. */
  requireWritable,
  isClosed,
  /** The row of the typecode table. */
  typeOf,
  codecOf,
  /** @type {(array) => ElementMemory} */
  memoryOf,
  /** @type {(array) => Views} the views of an array that is open and has no fault */
  openViewsOf,
  /** An index counted from the start, in an array that is open. */
  positionOf,
  /** A call into the core that is bound to the array. */
  boundCallOf,
} = functions
