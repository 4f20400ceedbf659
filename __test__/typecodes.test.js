// One table of typecodes, kept in two languages: the core's rows and JavaScript's say the same.
import { expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { CODES, HALVES_ARE_BITS, TYPECODES } from '../lib/typecodes.js'
import { typecodeTable } from '../native.js'

/** The core's name of the scalar in a typed array. */
function scalarOf(View, meaning) {
  if (meaning === 'float' && HALVES_ARE_BITS && View === Uint16Array) return 'F16'
  const [, big, kind, bits] = /^(Big)?(Int|Uint|Float)(\d+)Array$/.exec(View.name)
  expect(big !== undefined).toBe(bits === '64' && kind !== 'Float')
  return { Int: 'I', Uint: 'U', Float: 'F' }[kind] + bits
}

const MEANINGS = { integer: 'Integer', bigint: 'Integer', float: 'Float', complex: 'Complex' }

test('both tables have the same rows in the same order', () => {
  const ours = TYPECODES.map(({ code, View, itemsize, meaning, max }) => {
    const scalar = scalarOf(View, meaning)
    return `${code} ${scalar} ${MEANINGS[meaning] ?? `Character(${max})`} ${itemsize}`
  })
  expect(typecodeTable()).toEqual(ours)
})

test('the typecodes are those of the contract', () => {
  expect(CODES.join(' ')).toBe('b B h H i I l L q Q e f d c u w Zf Zd')
  expect(MmapArray.typecodes).toBe(CODES)
  expect(() => MmapArray.typecodes.push('x')).toThrow(TypeError)
})
