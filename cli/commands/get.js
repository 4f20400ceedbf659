import { setImmediate as nextTurn } from 'node:timers/promises'
import { blockSizeOf, valuesOf } from '../blocks.js'
import { toSlice } from '../command-line.js'
import { printElements } from '../elements-output.js'
import { DataError, UsageError } from '../failures.js'
import { OPENING, open } from '../opening.js'

export default {
  name: 'get',
  summary: 'elements by index or slice, a line each',
  usage: 'get FILE INDEX|START:STOP:STEP ... [OPTIONS]',
  more: "Indices and slices are Python's: -1 is the last element, far bounds of a slice clamp.",
  options: { ...OPENING, json: { type: 'boolean', description: 'one JSON array; integers of 8 bytes as strings' } },
  examples: [
    ['mmap-array get prices.f64 5 -1', 'the sixth and the last'],
    ['mmap-array get prices.f64 1000:2000:100', 'every hundredth of a thousand'],
    ['mmap-array get prices.f64 ::-1', 'all of them, from the end'],
  ],

  async run({ values, positionals, output }) {
    const [path, ...wanted] = positionals
    if (path === undefined || wanted.length === 0) {
      throw new UsageError(`${path === undefined ? 'FILE' : 'INDEX'} is missing; usage: mmap-array ${this.usage}`)
    }
    const array = open(path, values)
    try {
      const places = wanted.map((text) => toPlaces(text, array.length))
      await printElements(array, blocks(array, places), values, output)
    } finally {
      array.close()
    }
  },
}

const FORM = 'START:STOP:STEP in whole numbers, with a space before the next one'

/** @returns {{ start: number, step: number, count: number }} */
function toPlaces(text, length) {
  if (text.includes(':')) return placesOf(toSlice(text, 'a slice', FORM), length)
  if (!/^-?\d+$/.test(text)) throw new UsageError(`${text || "''"} is not an index or a slice`)
  const index = Number(text) < 0 ? Number(text) + length : Number(text)
  if (index >= 0 && index < length) return { start: index, step: 1, count: 1 }
  throw new DataError(`there is no element ${text}: there are ${length}`)
}

/** The indices of a slice in an array of a length, by Python's rules. */
function placesOf({ start, stop, step = 1 }, length) {
  const [lowest, highest] = step > 0 ? [0, length] : [-1, length - 1]
  const bound = (at, none) => {
    if (at === undefined) return none
    return at < 0 ? Math.max(at + length, lowest) : Math.min(at, highest)
  }
  const [first, end] = [bound(start, step > 0 ? lowest : highest), bound(stop, step > 0 ? highest : lowest)]
  return { start: first, step, count: Math.max(Math.ceil((end - first) / step), 0) }
}

async function* blocks(array, places) {
  const block = blockSizeOf(array)
  for (const { start, step, count } of places) {
    for (let done = 0; done < count; done += block) {
      // The event loop handles signals between two blocks.
      await nextTurn()
      const part = Math.min(block, count - done)
      const first = start + done * step
      const behind = first + part * step
      // A stop before element 0 is left out, since a negative one would count from the end.
      yield valuesOf(array, first, behind < 0 ? undefined : behind, step)
    }
  }
}
