// The shape of an array: the lengths of its axes, and how far apart the elements lie along each. Elements also have flat indices, in
// the order in which they lie in memory.

import { toIndex } from './arguments.js'
import { indexOutOfRange, invalidArgType, outOfRange, wrongCoordinates } from './errors.js'

const MOST_AXES = 64

/**
 * A copy of a list of lengths, because a proxy may answer differently each time. It ends behind one length too many, because a list may
 * have 2^32 holes.
 */
export function lengthsIn(list) {
  const lengths = []
  for (let at = 0; at < list.length && at <= MOST_AXES; at++) lengths.push(list[at])
  return lengths
}

/** The option `shape`, each length read once: [-1, 768] is as many rows of 768 elements as there are. */
export function toShape(given) {
  if (given === undefined) return undefined
  if (!Array.isArray(given)) throw invalidArgType('options.shape', 'an Array of lengths', given)
  const shape = lengthsIn(given)
  if (shape.length === 0 || shape.length > MOST_AXES) {
    throw outOfRange('options.shape', `a list of 1 to ${MOST_AXES} lengths`, `a list of ${given.length}`)
  }
  for (const [axis, length] of shape.entries()) {
    const least = axis === 0 ? -1 : 1
    if (toIndex(length, `options.shape[${axis}]`) < least || length > 2 ** 53) {
      const meaning = axis === 0 ? ', where -1 stands for all rows' : ''
      throw outOfRange(`options.shape[${axis}]`, `>= ${least} and <= 2^53${meaning}`, length)
    }
  }
  return shape
}

export const countOf = (lengths) => lengths.reduce((count, length) => count * length, 1)

/** The elements of a row: of one index of the first axis. */
export const rowLengthOf = ([, ...lengths]) => countOf(lengths)

/** As NumPy computes them: an axis without elements counts as one of length 1. */
function stridesOf(lengths) {
  const strides = []
  let stride = 1
  for (const length of lengths) {
    strides.push(stride)
    stride *= Math.max(length, 1)
  }
  return strides
}

/** The axes of an array that has several, or none. */
export class Axes {
  /** Those of axis 0 are as many as the array has rows, unless its length is fixed. */
  #lengths

  constructor(lengths, order, itemsize) {
    this.#lengths = lengths
    this.count = lengths.length
    this.order = order
    this.strides = order === 'C' ? stridesOf(lengths.toReversed()).reverse() : stridesOf(lengths)
    const rowLength = rowLengthOf(lengths)
    /**
     * The elements of a row; 0 if rows do not lie one behind another, have no elements or more bytes than there can be. Then the length is
     * fixed.
     */
    this.rowLength = order === 'C' && lengths.length > 0 && rowLength * itemsize <= 2 ** 53 ? rowLength : 0
    /** Indices from here on are out of range along an axis. Axis 0 in C order is left to the check of the flat index. */
    this.limits = this.rowLength > 0 ? [Infinity, ...lengths.slice(1)] : lengths
  }

  /**
   * The lengths of all axes of an array with a number of elements. If the length is fixed and the array no longer has all elements,
   * because its file was truncated or it is closed, it has one axis.
   */
  shapeOf(length) {
    if (this.rowLength > 0) return [length / this.rowLength, ...this.#lengths.slice(1)]
    return length === countOf(this.#lengths) ? this.#lengths.slice() : [length]
  }

  /** The option `shape` for as many rows of the same shape as there are. Undefined if the length is fixed. */
  get anyRows() {
    return this.rowLength > 0 ? [-1, ...this.#lengths.slice(1)] : undefined
  }

  /** The flat index of an element, of which each coordinate may count from the end of its axis. */
  indexOf(coordinates, length) {
    if (coordinates.length !== this.count) throw wrongCoordinates(this.count, coordinates.length)
    const shape = this.rowLength > 0 ? this.shapeOf(length) : this.#lengths
    let index = 0
    for (let axis = 0; axis < this.count; axis++) {
      const given = toIndex(coordinates[axis], `coordinate ${axis}`)
      const at = given < 0 ? given + shape[axis] : given
      if (!(at >= 0 && at < shape[axis])) throw indexOutOfRange(given, shape[axis], `coordinate ${axis}`)
      index += at * this.strides[axis]
    }
    return index
  }
}

/** The axes of an array of the addon; undefined if it has one. */
export function axesOfCore(core, { itemsize }) {
  const lengths = core.shape()
  return lengths.length === 1 ? undefined : new Axes(lengths, core.order(), itemsize)
}
