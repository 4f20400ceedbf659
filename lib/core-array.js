// The root class: the private state of an array, and the functions with which the other files of lib/ use it. An array has a
// core, an object of the addon, which no user can reach.

import { refuseClones } from './cloning.js'
import { tellClosed } from './close-listeners.js'
import { codecFor } from './codecs.js'
import { ElementMemory } from './element-memory.js'
import { closed, indexOutOfRange, invalidArgType } from './errors.js'
import { indexedPrototype } from './indexing.js'
import * as locks from './locks.js'
import { closePending } from './pending-appenders.js'
import { Views } from './views.js'

const NO_BYTES = new Uint8Array(0)

let functions

let partsOf

/**
 * What is opened when it has come through the constructor of a user's class to that of MmapArray. Users cannot look into it.
 */
export class Opening {
  #open
  #parts

  /** @param {() => import('./opening.js').Parts} open */
  constructor(open) {
    this.#open = open
  }

  static {
    partsOf = (value) => {
      if (typeof value !== 'object' || value === null || !(#open in value)) return undefined
      return (value.#parts ??= value.#open())
    }
    // A user's class is given such an object, and must not make others of it.
    delete this.prototype.constructor
  }
}

export class CoreArray {
  #core
  #type
  #origin
  #codec
  /** @type {import('./shape.js').Axes | undefined} */
  #axes
  /** @type {ElementMemory} */
  #memory
  #isClosed = false
  /** Functions of the core that are bound to this array. Each is made when it is needed first. */
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

  /** @param {Opening} opening Users can reach this constructor, so it takes nothing that they can make. */
  constructor(opening) {
    const parts = partsOf(opening)
    if (parts === undefined) throw invalidArgType('typecode', 'passed to the constructor of MmapArray', opening)
    const { core, type, isCopyOnWrite, origin, axes } = parts
    // Two objects with one core would read memory that the other one has released.
    if (parts.array !== undefined)
      throw invalidArgType('constructor', 'a class that calls the constructor of MmapArray once', parts.array)
    parts.array = this
    refuseClones(this)
    this.#core = core
    this.#type = type
    this.#origin = origin
    this.#codec = codecFor(type)
    this.#axes = axes
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
      // An append of no bytes throws the right error.
      requireWritable: (array, operation = 'extend') => {
        const core = requireArray(array).#core
        if (operation === 'append') core.appendRow(NO_BYTES)
        else core.frombytes(NO_BYTES)
      },
      isClosed: (array) => requireArray(array).#isClosed,
      typeOf: (array) => requireArray(array).#type,
      originOf: (array) => requireArray(array).#origin,
      axesOf: (array) => requireArray(array).#axes,
      codecOf: (array) => requireArray(array).#codec,
      memoryOf: (array) => requireArray(array).#memory,
      openViewsOf: (array) => {
        requireOpen(array)
        // An older view shows the same zeros as a new one, which the core would refuse.
        if (!array.#memory.isChecked) array.#core.checkFaults()
        return (array.#views ??= new Views(array.#core, array.#memory, array.#type))
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
    // Before anything else: if the elements of an appender cannot be appended, the array stays open, and nothing is lost.
    closePending(this)
    this.#isClosed = true
    locks.forget(this.#core)
    tellClosed(this.#core)
    this.#memory.release()
    this.#views = undefined
    this.#core.close()
  }
}

export {
  /** @type {(value) => import('./opening.js').Parts | undefined} opens what an Opening stands for; gives undefined for any other value */
  partsOf,
}

/** The access of other files of lib/ to an array. Users have none. */
export const {
  /** Whether a value is an array, of any class of this package. */
  isArray,
  /** The array itself. Throws for any other value. */
  requireArray,
  /** The object of the addon. Nothing that users can reach may hold it. */
  coreOf,
  /** Throws ERR_CLOSED for a closed array, and ERR_MEMORY_FAULT for a copy-on-write array whose written pages were lost. */
  requireOpen,
  /** Throws what an append to a closed or read-only array throws. Called before code of the user runs. */
  requireWritable,
  isClosed,
  /** The row of the typecode table, or of the record type. */
  typeOf,
  /** @type {(array) => import('./opening.js').Origin | undefined} where its file was found */
  originOf,
  /** @type {(array) => import('./shape.js').Axes | undefined} undefined for one dimension */
  axesOf,
  codecOf,
  /** @type {(array) => ElementMemory} */
  memoryOf,
  /** @type {(array) => Views} the views of an array that is open and has no fault */
  openViewsOf,
  /** An index counted from the start, in an array that is open. */
  positionOf,
  /** A method of the core as a bound function, for calls that take less time than Node-API spends on finding the receiver. */
  boundOf,
} = functions
