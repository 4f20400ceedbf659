// One value of a type as text: on a line, in a cell, or in JSON.

import { isText } from './blocks.js'
import { isRecordType } from './record-types.js'
import { shortening } from './shortest-digits.js'
import { textOf } from './text/numbers.js'

/**
 * @param {string} typecode
 * @returns {(value: unknown) => string} a value as a line or a cell has it
 */
export function textWriter(typecode) {
  const shortest = shortening(typecode)
  return isText({ typecode }) ? (value) => JSON.stringify(value).slice(1, -1) : (value) => textOf(shortest(value))
}

/**
 * @param {string | object} type of the values
 * @param {{ areBigIntsQuoted: boolean }} options whether integers of 8 bytes are strings
 * @returns {(value: unknown) => string} a value in JSON; a record as an object
 */
export function jsonWriter(type, { areBigIntsQuoted }) {
  if (isRecordType(type)) return recordWriter(type, { areBigIntsQuoted })
  const shortest = shortening(type)
  const number = (value) => {
    const isQuoted = typeof value === 'bigint' ? areBigIntsQuoted : !Number.isFinite(value)
    return isQuoted ? `"${value}"` : textOf(value)
  }
  return (value) => {
    if (typeof value === 'string') return JSON.stringify(value)
    const short = shortest(value)
    return typeof short === 'object' ? `{"re":${number(short.re)},"im":${number(short.im)}}` : number(short)
  }
}

function recordWriter({ fields }, options) {
  const members = fields.map(({ name, typecode, count }) => {
    const one = jsonWriter(typecode, options)
    return {
      name,
      key: JSON.stringify(name),
      write: count === undefined ? one : (list) => `[${list.map(one).join(',')}]`,
    }
  })
  return (record) => `{${members.map(({ name, key, write }) => `${key}:${write(record[name])}`).join(',')}}`
}
