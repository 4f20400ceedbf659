// Complex numbers from text: 1.5-2j, as Python writes them, also in parentheses or with an i.

import { floatReader } from './floats.js'

const NUMBER = String.raw`(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf|infinity|nan)`
const COMPLEX = new RegExp(`^(?:([+-]?${NUMBER})(?![\\w.]))?(?:([+-]?${NUMBER})[ij])?$`, 'i')

/**
 * A reader of complex numbers of a type.
 * @param {{ code: string, name: string }} type
 * @returns {(text: string, shown?: string) => { re: number, im: number } | undefined} undefined if the text is no such number
 */
export function complexReader({ code, name }) {
  const read = floatReader({ code: code[1], name })
  return (text, shown = text) => {
    const [, bare = text] = /^\((.*)\)$/.exec(text) ?? []
    const [, re, im] = COMPLEX.exec(bare) ?? []
    if (re === undefined && im === undefined) return undefined
    // The sign of the second part divides the two.
    if (re !== undefined && im !== undefined && !/^[+-]/.test(im)) return undefined
    return { re: re === undefined ? 0 : read(re, shown), im: im === undefined ? 0 : read(im, shown) }
  }
}
