// Work on all elements at once, beside the plain typed array, NumPy and what C can do on this machine.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { nodeContender } from '../contender.js'
import { duel } from '../duel.js'
import { atLeastTimesFaster, atMost } from '../goals.js'
import { pythonContender, pythonWithNumpy } from '../python.js'
import { probe, sample, sampleSum, scrambled } from '../sample.js'

const SOURCE = fileURLToPath(new URL('../contenders/kernel.c', import.meta.url))
const ELEMENTS = { i: 'int32_t', d: 'double' }
const VIEWS = { i: Int32Array, d: Float64Array }

/** What each work is to reach against each peer; what C would do at sorting and searching is no plain loop. */
const AHEAD = { 'typed array': atMost(1), NumPy: atMost(1), C: atMost(1.25) }
const WORKS = {
  count: AHEAD,
  index: AHEAD,
  sum: AHEAD,
  min: AHEAD,
  max: AHEAD,
  equals: AHEAD,
  byteswap: AHEAD,
  reverse: AHEAD,
  fill: AHEAD,
  sort: { 'typed array': atLeastTimesFaster(10), NumPy: atMost(1) },
  searchsorted: { 'typed array': atMost(1), NumPy: atLeastTimesFaster(2) },
}

export function kernelMatches({ sizes, scratch }) {
  const python = pythonWithNumpy()
  return Object.keys(VIEWS).flatMap((typecode) => {
    const program = compiled(typecode, scratch)
    const works = Object.keys(WORKS).filter((work) => work !== 'byteswap' || typecode === 'i')
    return works.map((work) => matchOf(work, typecode, { sizes, python, program }))
  })
}

function matchOf(work, typecode, { sizes, python, program }) {
  const { elements, needles } = sizes
  const parameters = { typecode, elements, needles, work }
  const contenders = {
    MmapArray: nodeContender('kernel.js', { ...parameters, subject: 'MmapArray' }),
    'typed array': nodeContender('kernel.js', { ...parameters, subject: 'typed array' }),
  }
  if (python !== undefined) contenders.NumPy = pythonContender(python, 'kernel.py', parameters)
  if (program !== undefined && 'C' in WORKS[work]) contenders.C = { command: program, args: [work, String(elements)] }
  const missing = Object.keys(WORKS[work]).filter((peer) => !(peer in contenders))
  const beside = missing.length > 0 ? ` (not there: ${missing.join(', ')})` : ''
  const comparisons = Object.entries(WORKS[work])
    .filter(([peer]) => peer in contenders)
    .map(([theirs, goal]) => ({ name: `${work} / ${theirs}`, ours: 'MmapArray', theirs, goal }))
  const operations = work === 'searchsorted' ? needles : elements
  const answer = answerOf(work, VIEWS[typecode], sizes)
  return duel({ title: `${work}, typecode '${typecode}'${beside}`, contenders, answer, operations, comparisons }, sizes)
}

/** What comes out, worked out by the plainest means. */
function answerOf(work, View, { elements, needles }) {
  const by = {
    count: () => sample(View, elements).filter((value) => value === 5).length,
    index: () => -1,
    sum: () => sampleSum(elements),
    min: () => -300,
    max: () => 699,
    equals: () => 1,
    byteswap: () => probe(new Int32Array(Buffer.from(sample(View, elements).buffer).swap32().buffer)),
    reverse: () => probe(sample(View, elements).reverse()),
    fill: () => probe([7, 7, 7]),
    sort: () => probe(scrambled(View, elements).sort()),
    searchsorted: () => sumOfPlaces(scrambled(View, elements).sort(), scrambled(View, needles, 1)),
  }
  return by[work]()
}

/** Both in order, a place is where the table has come to. */
function sumOfPlaces(table, needles) {
  let [sum, place] = [0, 0]
  for (const needle of needles.sort()) {
    while (place < table.length && table[place] < needle) place++
    sum += place
  }
  return sum
}

/** The C program for a type, or undefined where nothing compiles it. */
function compiled(typecode, scratch) {
  const program = join(scratch, `kernel-${typecode}`)
  const options = ['-O3', '-march=native', `-DELEMENT=${ELEMENTS[typecode]}`, '-o', program, SOURCE]
  return spawnSync('gcc', options, { stdio: 'ignore' }).status === 0 ? program : undefined
}
