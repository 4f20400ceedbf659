// The root of the class: the private state of an array, and the functions by which the other files of lib/ reach it. An array
// holds an object of the addon, its core, which no user can reach.

import { refuseClones } from './cloning.js'
import { ElementMemory } from './element-memory.js'
import { codecFor } from './elements.js'
import { closed, indexOutOfRange, invalidArgType } from './errors.js'
import { indexedPrototype } from './indexing.js'
import * as locks from './locks.js'
import { Views } from './views.js'

const NO_BYTES = new Uint8Array(0)

let functions

let partsOf

/** Parts of an open array on their way through the constructor of a user's class, which cannot look into it. */
export class Opened {
  #parts

  constructor(parts) {
    this.#parts = parts
  }

  static {
    partsOf = (value) => (typeof value === 'object' && value !== null && #parts in value ? value.#parts : undefined)
    // A user's class is given such an object, and must not make others of it.
    delete this.prototype.constructor
  }
}

export class CoreArray {
  #core
  #type
  #codec
  /** @type {ElementMemory} */
  #memory
  #isClosed = false
  /** Functions of the core that are bound to this array, once they are made. */
  #bound = {
    append: undefined,
    bisectLeft: undefined,
    bisectRight: undefined,
    notify: undefined,
    pop: undefined,
    wait: undefined,
  }
  /** @type {Views | undefined} */
  #views

  /** @param {Opened} opened Users can reach this constructor, so it takes nothing that they can make. */
  constructor(opened) {
    const parts = partsOf(opened)
    if (parts === undefined) throw invalidArgType('typecode', 'passed to the constructor of MmapArray', opened)
    const { core, type, isCopyOnWrite } = parts
    // Two objects with one core would read memory that the other one has released.
    if (parts.array !== undefined) throw invalidArgType('typecode', 'used for one array', parts.array)
    parts.array = this
    refuseClones(this)
    this.#core = core
    this.#type = type
    this.#codec = codecFor(type)
    this.#memory = new ElementMemory(core, type, isCopyOnWrite)
  }

  static {
    const isArray = (value) => typeof value === 'object' && value !== null && #core in value

    const requireArray = (receiver) => {
      if (isArray(receiver)) return receiver
      throw invalidArgType('this', 'an MmapArray', receiver)
    }

    const requireOpen = (array) => {
      if (requireArray(array).#isClosed) throw closed()
      // A loop over single elements does not notice that written pages were lost, so this asks before it begins.
      if (array.#memory.isCopyOnWrite) array.#core.checkFaults()
    }

    functions = {
      isArray,
      requireArray,
      requireOpen,
      coreOf: (array) => requireArray(array).#core,
      // An append of nothing throws the right error.
      requireWritable: (array) => requireArray(array).#core.frombytes(NO_BYTES),
      isClosed: (array) => requireArray(array).#isClosed,
      typeOf: (array) => requireArray(array).#type,
      codecOf: (array) => requireArray(array).#codec,
      memoryOf: (array) => requireArray(array).#memory,
      openViewsOf: (array) => {
        requireOpen(array)
        // An older view shows the same zeros as a new one, which the core would refuse.
        if (!array.#memory.isChecked) array.#core.checkFaults()
        return (array.#views ??= new Views(array.#core, array.#memory, array.#type.View))
      },
      positionOf: (array, index) => {
        const { length } = requireArray(array).#memory
        const at = index < 0 ? index + length : index
        if (at >= 0 && at < length) return at
        requireOpen(array)
        throw indexOutOfRange(index, length)
      },
      boundOf: (array, name) => (requireArray(array).#bound[name] ??= array.#core.bound(name)),
    }
    Object.setPrototypeOf(this.prototype, indexedPrototype(isArray))
  }

  close() {
    this.#isClosed = true
    locks.forget(this.#core)
    this.#memory.release()
    this.#views = undefined
    this.#core.close()
  }
}

export {
  /** @type {(value) => import('./opening.js').Parts | undefined} the parts in an Opened, undefined for any other value */
  partsOf,
}

/** What other files of lib/ may know of an array, but users may not. */
export const {
  /** Whether a value is an array, of any class of this package. */
  isArray,
  /** The array itself; throws for anything else. */
  requireArray,
  /** The object of the addon. Nothing that users can reach may hold it. */
  coreOf,
  /** Throws ERR_CLOSED for a closed array, and ERR_MEMORY_FAULT for a copy-on-write array whose written pages were lost. */
  requireOpen,
  /** Throws what an append to a closed or read-only array throws. Called before code of the user runs. */
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
  /** The method of the core of a name as a function: for calls that take less time than finding the receiver of a method. */
  boundOf,
} = functions
