// The values of which an element in bytes consists: the fields of a record, and the elements of an array of complex numbers.

import { isTypedArray } from 'node:util/types'
import { asDouble, exactDouble, scalarCodec } from './elements.js'
import { invalidArgType, invalidList } from './errors.js'

// Each function is written out, because V8 does not inline one that several types share. All systems of the package are little
// endian.
const SCALARS = {
  Int8Array: { read: (data, at) => data.getInt8(at), write: (data, at, value) => data.setInt8(at, value) },
  Uint8Array: { read: (data, at) => data.getUint8(at), write: (data, at, value) => data.setUint8(at, value) },
  Int16Array: {
    read: (data, at) => data.getInt16(at, true),
    write: (data, at, value) => data.setInt16(at, value, true),
  },
  Uint16Array: {
    read: (data, at) => data.getUint16(at, true),
    write: (data, at, value) => data.setUint16(at, value, true),
  },
  Int32Array: {
    read: (data, at) => data.getInt32(at, true),
    write: (data, at, value) => data.setInt32(at, value, true),
  },
  Uint32Array: {
    read: (data, at) => data.getUint32(at, true),
    write: (data, at, value) => data.setUint32(at, value, true),
  },
  BigInt64Array: {
    read: (data, at) => data.getBigInt64(at, true),
    write: (data, at, value) => data.setBigInt64(at, value, true),
  },
  BigUint64Array: {
    read: (data, at) => data.getBigUint64(at, true),
    write: (data, at, value) => data.setBigUint64(at, value, true),
  },
  Float16Array: {
    read: (data, at) => data.getFloat16(at, true),
    write: (data, at, value) => data.setFloat16(at, value, true),
  },
  Float32Array: {
    read: (data, at) => data.getFloat32(at, true),
    write: (data, at, value) => data.setFloat32(at, value, true),
  },
  Float64Array: {
    read: (data, at) => data.getFloat64(at, true),
    write: (data, at, value) => data.setFloat64(at, value, true),
  },
}

const never = () => false

export const isNumeric = (value) => typeof value === 'number' || typeof value === 'bigint'

/** Whether two numbers or two characters are equal. NaN equals nothing. */
export function equalScalars(a, b) {
  if (isNumeric(a) && isNumeric(b)) {
    // `==` compares a number with a bigint exactly; both are known to be one or the other.
    // oxlint-disable-next-line eqeqeq
    return a == b
  }
  return typeof a === 'string' && a === b
}

/**
 * How a value is kept in bytes:
 * - `read(data, at)` gives it;
 * - `fits(value)` is a quick test of whether the value is stored as it is;
 * - `check(value)` gives what is stored, or throws. It runs code of the user if the value is an object;
 * - `needle(value)` gives what is stored for a value that is searched for; undefined if no stored value can equal it;
 * - `write(data, at, stored)` stores it;
 * - `equals(value, other)` compares a value that was read with any other.
 * @typedef {object} Access
 */

/**
 * @param type a row of the typecode table
 * @param count the number of values; undefined for one that is no list
 * @param name of the value, in errors
 * @returns {Access}
 */
export function accessOf(type, count, name) {
  const single = type.isObject ? complexAccess(type, name) : scalarAccess(type, name)
  return count === undefined ? single : listAccess(single, type, count, name)
}

function scalarAccess(type, name) {
  const { read, write } = SCALARS[type.View.name]
  const { decode, encode, fits, needle, toStored } = scalarCodec(type, name)
  return {
    read: decode === null ? read : (data, at) => decode(read(data, at)),
    fits: fits ?? never,
    check: encode,
    needle: (value) => {
      const found = needle(value)
      return found === undefined ? undefined : toStored(found)
    },
    write,
    equals: equalScalars,
  }
}

const COMPLEX = {
  Zf: {
    read: (data, at) => ({ re: data.getFloat32(at, true), im: data.getFloat32(at + 4, true) }),
    write: (data, at, { re, im }) => {
      data.setFloat32(at, re, true)
      data.setFloat32(at + 4, im, true)
    },
    /** Whether a number is one that an element can have. */
    holds: (value) => Math.fround(value) === value,
  },
  Zd: {
    read: (data, at) => ({ re: data.getFloat64(at, true), im: data.getFloat64(at + 8, true) }),
    write: (data, at, { re, im }) => {
      data.setFloat64(at, re, true)
      data.setFloat64(at + 8, im, true)
    },
    holds: () => true,
  },
}

function complexAccess({ code }, name) {
  const { read, write, holds } = COMPLEX[code]
  const check = (value) => {
    if (isNumeric(value)) return { re: asDouble(code, value, name), im: 0 }
    if (typeof value !== 'object' || value === null) {
      throw invalidArgType(name, `a number or an object { re, im }, for typecode '${code}'`, value)
    }
    const { re, im } = value
    return { re: asDouble(code, re, `${name}.re`), im: asDouble(code, im, `${name}.im`) }
  }
  const needle = (value) => {
    const parts = partsOf(value)
    if (parts === undefined) return undefined
    const [re, im] = [exactDouble(parts.re), exactDouble(parts.im)]
    return re !== undefined && im !== undefined && holds(re) && holds(im) ? { re, im } : undefined
  }
  const equals = (complex, value) => {
    const parts = partsOf(value)
    return parts !== undefined && equalScalars(complex.re, parts.re) && equalScalars(complex.im, parts.im)
  }
  return { read, fits: never, check, needle, write, equals }
}

/** The halves of a complex number. Undefined for any other value. */
function partsOf(value) {
  if (isNumeric(value)) return { re: value, im: 0 }
  if (typeof value !== 'object' || value === null) return undefined
  const { re, im } = value
  return { re, im }
}

/** The values of an Array or a typed array of a given length, each read once. Undefined for anything else. */
function listOf(value, count) {
  if (!Array.isArray(value) && !isTypedArray(value)) return undefined
  if (value.length !== count) return undefined
  const list = []
  for (let at = 0; at < count; at++) list.push(value[at])
  return list
}

function listAccess(single, type, count, name) {
  const size = type.itemsize
  const { fits, check, needle, equals } = single
  return {
    read: (data, at) => {
      const list = []
      for (let n = 0; n < count; n++) list.push(single.read(data, at + n * size))
      return list
    },
    fits: never,
    check: (value) => {
      const list = listOf(value, count)
      if (list === undefined) throw invalidList(name, `an Array of ${count} values of typecode '${type.code}'`, value)
      return list.map((item) => (fits(item) ? item : check(item)))
    },
    needle: (value) => {
      const list = listOf(value, count)?.map(needle)
      return list === undefined || list.includes(undefined) ? undefined : list
    },
    write: (data, at, list) => {
      for (let n = 0; n < count; n++) single.write(data, at + n * size, list[n])
    },
    equals: (list, value) => {
      const others = listOf(value, count)
      return others !== undefined && list.every((item, n) => equals(item, others[n]))
    },
  }
}
