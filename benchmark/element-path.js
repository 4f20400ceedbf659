// The cost of a loop over single elements, before and after mistakes: a loop over get, at, set, iteration or append divided by
// the same loop over a typed array (append: by Array.push), for each history in a process of its own.
//
//   node benchmark/element-path.js [i d …]      a table for each typecode; it measures the Node.js that runs it
import { execFileSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { MmapArray } from '../index.js'
import { ITERATION, sumOf } from './operations/elements.js'

/** One call over many elements, and many calls over few. */
const SIZES = [
  { n: 10_000_000, calls: 1 },
  { n: 100_000, calls: 100 },
]
const ROUNDS = 7

/** Our code and theirs. Each becomes a function of its own: V8 compiles a function for all types that it has seen. */
const LOOPS = {
  get: [sumOf('array.get(i)'), sumOf('array[i]')],
  at: [sumOf('array.at(i)'), sumOf('array[i]')],
  set: [
    'for (let i = 0; i < n; i++) array.set(i, i & 127); return array.get(n - 1)',
    'for (let i = 0; i < n; i++) array[i] = i & 127; return array[n - 1]',
  ],
  'for of': [ITERATION, ITERATION],
  append: [
    `const grown = new array.constructor(array.typecode); for (let i = 0; i < n; i++) grown.append(i & 127)
    const { length } = grown; grown.close(); return length`,
    'const grown = []; for (let i = 0; i < n; i++) grown.push(i & 127); return grown.length',
  ],
}

function attempt(call) {
  try {
    call()
  } catch {
    // The mistake is part of the history.
  }
}

/** Calls on the array, or on another one of its type, before the loops run. */
const HISTORIES = {
  fresh() {},
  'bad index'(array) {
    for (const at of [array.length, 2 ** 40, 1.5, '0']) attempt(() => array.get(at) ?? array.at(at) ?? array.set(at, 1))
    attempt(() => array.set(array.length, 1))
  },
  'bad value'(array) {
    for (const value of ['1', {}, undefined])
      for (const call of [() => array.set(0, value), () => array.append(value)]) attempt(call)
  },
  'negative index': (array) => array.set(-1, array.get(-1) + array.at(-1) - array.get(-1)),
  'read-only and closed sibling'(array, typecode) {
    array.tofile('sibling')
    const sibling = MmapArray.open('sibling', typecode)
    for (let i = 0; i < 100; i++) sibling.get(i)
    attempt(() => sibling.set(0, 1))
    sibling.close()
    for (const call of ['get', 'at', 'set']) attempt(() => sibling[call](0, 1))
  },
  'append and pop'(array) {
    array.append(1)
    array.pop()
  },
  'functions that saw all types'() {
    const visit = (array) => {
      for (let i = 0; i < array.length; i++) array.set(i, array.get(i) && array.at(i))
      for (const value of array) if (value === undefined) throw new Error('no value')
    }
    for (let round = 0; round < 50; round++) {
      for (const type of 'bBhHiIlLqQefd') visit(new MmapArray(type, Array(500).fill('lLqQ'.includes(type) ? 1n : 1)))
    }
  },
}

/** For each loop its ratio and our nanoseconds, by size, after a history. */
function measure(typecode, history) {
  const loops = Object.values(LOOPS).map((codes) => codes.map((code) => new Function('array', 'n', code)))
  const bySize = SIZES.map(({ n, calls }) => {
    const array = new MmapArray(typecode)
    const values = array.view.constructor.from({ length: n }, (_, i) => i & 127)
    array.extend(values)
    HISTORIES[history](array, typecode)
    const view = values.slice()
    return loops.map(([ours, theirs]) => {
      const [mine, other] = [best(() => ours(array, n), calls), best(() => theirs(view, n), calls)]
      if (mine.answer !== other.answer) throw new Error(`${ours}: ${mine.answer} is not ${other.answer}`)
      return `${(mine.time / other.time).toFixed(2)} (${(mine.time / n / calls).toFixed(1)})`
    })
  })
  return loops.map((_, at) => bySize.map((figures) => figures[at]).join(', '))
}

function best(call, calls) {
  let time = Infinity
  let answer
  for (let round = 0; round < ROUNDS; round++) {
    const start = process.hrtime.bigint()
    for (let n = 0; n < calls; n++) answer = call()
    time = Math.min(time, Number(process.hrtime.bigint() - start))
  }
  return { time, answer }
}

const [first = 'i', ...rest] = process.argv.slice(2)
if (first === '--measure') {
  console.log(JSON.stringify(measure(...rest)))
} else {
  const sizes = SIZES.map(({ n, calls }) => `${calls} × ${n} elements`).join(', ')
  for (const typecode of process.argv.length > 2 ? [first, ...rest] : ['i', 'd']) {
    console.log(
      `\nNode.js ${process.version}, typecode '${typecode}': our time / theirs (our ns per element), for ${sizes}`,
    )
    console.log(`\n| history | ${Object.keys(LOOPS).join(' | ')} |\n|---|${'---|'.repeat(Object.keys(LOOPS).length)}`)
    for (const name of Object.keys(HISTORIES)) {
      const child = [fileURLToPath(import.meta.url), '--measure', typecode, name]
      const cells = JSON.parse(execFileSync(process.execPath, child, { cwd: tmpdir() }))
      console.log(`| ${name} | ${cells.join(' | ')} |`)
    }
  }
}
