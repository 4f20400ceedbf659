// Prints the elements that others append to files, until the user stops it.

import { decoded } from './blocks.js'
import { printElements } from './elements-output.js'
import { note } from './notes.js'

/**
 * Prints what each file lists, one file after the other, and then what is appended to any of them.
 * @param {Array<{ name: string, elements: object, isReserved: boolean, listed: () => AsyncIterable<ArrayLike<unknown>> }>} files
 * @param {{ isByName: boolean }} options whether a new file of the same name is followed when it takes the place of the first
 */
export async function followFiles(files, { isByName }, output) {
  const stopping = new AbortController()
  const headed = headingsOf(files, output)
  let before = Promise.resolve()
  const printed = []
  for (const file of files) {
    const from = file.isReserved ? 'end' : lengthOf(file.elements)
    const appended = appendedTo(file, { from, signal: stopping.signal, isByName })
    let isListed
    const own = new Promise((resolve) => (isListed = resolve))
    printed.push(printElements(file.elements, inTurn(file, { before, isListed, appended }), {}, headed(file)))
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
const lengthOf = (elements) => wholeOf(elements).length

async function* inTurn({ name, isReserved, listed }, { before, isListed, appended }) {
  await before
  if (isReserved) note(`a program has ${name} reserved: its elements follow when the program has trimmed or closed it`)
  yield* listed()
  isListed()
  yield* appended
}

/** A follower starts at once, so that no element is missed while files are listed. */
function appendedTo(file, { from, signal, isByName }) {
  const { elements } = file
  const options = { signal, replaced: isByName ? 'reopen' : 'ignore' }
  const parts = restarted(file, wholeOf(elements).follow({ ...options, from }), options)
  return elements.records === undefined ? decodedParts(elements, parts) : fieldParts(elements, parts)
}

/** Starts again at the first element when the file is truncated. */
async function* restarted({ name, elements, reopen }, parts, options) {
  let array = wholeOf(elements)
  try {
    for (let followed = parts; ; followed = array.follow({ ...options, from: 'start' })) {
      try {
        yield* followed
        return
      } catch (error) {
        if (error.code !== 'ERR_MEMORY_FAULT') throw error
      }
      note(`${name} was truncated: its elements follow from the first one`)
      if (options.replaced === 'ignore') continue
      // Another file may have taken the name.
      if (array !== wholeOf(elements)) array.close()
      array = reopen()
    }
  } finally {
    if (array !== wholeOf(elements)) array.close()
  }
}

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
