// Prints the elements that others append to files, until the user stops it.

import { decoded } from './blocks.js'
import { printElements } from './elements-output.js'
import { messageOf } from './failures.js'
import { note } from './notes.js'

/**
 * Prints what each file lists, one file after the other, and then what is appended to any of them.
 * @typedef {object} File
 * @property {string} name
 * @property {object} elements
 * @property {boolean} isReserved
 * @property {() => AsyncIterable<ArrayLike<unknown>>} listed
 * @property {(length: number) => number | 'end'} startOf the index of the first element to print of so many
 * @property {() => object} reopen
 * @param {File[]} files
 * @param {{ isByName: boolean }} options whether a new file of the same name is followed when it takes the place of the first
 */
export async function followFiles(files, { isByName }, output) {
  const stopping = new AbortController()
  const options = { signal: stopping.signal, replaced: isByName ? 'reopen' : 'ignore' }
  const headed = headingsOf(files, output)
  const failed = failuresOf(files)
  let before = Promise.resolve()
  const printed = []
  for (const file of files) {
    let isListed
    const own = new Promise((resolve) => (isListed = resolve))
    const parts = untilFailure(inTurn(file, { before, isListed, options }), (error) => failed(file, error))
    printed.push(printElements(file.elements, parts, {}, headed(file)))
    before = own
  }
  try {
    await Promise.all(printed)
  } finally {
    // One of them has failed: the others must not keep the process alive.
    stopping.abort()
  }
}

const wholeOf = (elements) => elements.records ?? elements

async function* untilFailure(parts, failed) {
  try {
    yield* parts
  } catch (error) {
    failed(error)
  }
}

/** A file that fails ends alone, with a note. The failure of the last one ends the command. */
function failuresOf(files) {
  let going = files.length
  return ({ name }, error) => {
    going -= 1
    if (!error.message.includes(name)) error.message = `${name}: ${error.message}`
    if (going === 0) throw error
    note(messageOf(error))
  }
}

/** The elements that a file lists when those before it are printed, and then what is appended. */
async function* inTurn(file, { before, isListed, options }) {
  const { name, elements, reopen } = file
  // The length is that before the list: what is appended meanwhile follows it.
  const { length } = wholeOf(elements)
  let array = wholeOf(elements)
  await before
  try {
    for (let parts = firstParts(file, { length, isListed, options }); ;) {
      try {
        yield* parts
        return
      } catch (error) {
        if (error.code !== 'ERR_MEMORY_FAULT') throw error
      } finally {
        isListed()
      }
      note(`${name} was truncated: its elements follow from the first one`)
      const next = options.replaced === 'reopen' ? reopened(reopen) : undefined
      if (next !== undefined) {
        // Another file may have taken the name.
        if (array !== wholeOf(elements)) array.close()
        array = next
      }
      parts = shown(elements, array.follow({ ...options, from: 'start' }))
    }
  } finally {
    isListed()
    if (array !== wholeOf(elements)) array.close()
  }
}

/** The file that has the name now. Undefined if it cannot be opened: then the follower waits for it, or tells the error. */
function reopened(reopen) {
  try {
    return reopen()
  } catch {
    return undefined
  }
}

async function* firstParts(file, { length, isListed, options }) {
  const { name, elements, isReserved, listed } = file
  if (!isReserved) {
    yield* listed()
    isListed()
    return yield* shown(elements, wholeOf(elements).follow({ ...options, from: length }))
  }
  note(`a program has ${name} reserved: its elements follow when the program has trimmed or closed it`)
  isListed()
  const from = await startWhenExact(file, options)
  yield* shown(elements, wholeOf(elements).follow({ ...options, from }))
}

/**
 * Waits until a reserved file is exact, and has elements. Only then is its number of elements known.
 * @returns {Promise<number | 'end'>} the index of the first element to print
 */
async function startWhenExact({ elements, startOf }, options) {
  if (startOf(0) === 'end') return 'end'
  const array = wholeOf(elements)
  do {
    for await (const _ of array.follow({ ...options, from: 'start', batch: 1, truncated: 'restart' })) break
    array.refresh()
    // If it was reserved again, the length that was just read counts the zeros.
  } while (array.isReserved)
  return startOf(array.length)
}

/** What a follower gives, as it is printed. */
const shown = (elements, parts) =>
  elements.records === undefined ? decodedParts(elements, parts) : fieldParts(elements, parts)

async function* decodedParts(array, parts) {
  for await (const part of parts) yield decoded(array, part)
}

/** The values of one field, or one of its values. */
async function* fieldParts(elements, parts) {
  for await (const records of parts) yield records.flatMap((record) => elements.valuesIn(record))
}

/** An output for each file. If there are several, a line names the file whose elements follow. */
function headingsOf(files, output) {
  if (files.length === 1) return () => output
  let last
  let queue = Promise.resolve()
  const writeAfter = async (before, file, text) => {
    await before
    const heading = last === file ? '' : `${last === undefined ? '' : '\n'}==> ${file.name} <==\n`
    last = file
    await output.write(heading + text)
  }
  return (file) => ({
    write(text) {
      queue = writeAfter(queue, file, text)
      return queue
    },
  })
}
