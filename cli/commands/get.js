import { elementsOf, isPerAxis, placed, shapeOf, toAxes, toPlaces } from '../axes.js'
import { printElements } from '../elements-output.js'
import { UsageError } from '../failures.js'
import { layoutOf } from '../layout.js'
import { OPENING, noteRest, open } from '../opening.js'
import { holdsRecords } from '../record-types.js'
import { printRows } from '../rows-output.js'

export default {
  name: 'get',
  summary: 'print elements by index or slice',
  takesAxes: true,
  usage: 'get FILE INDEX|START:STOP:STEP[,...] ... [OPTIONS]',
  more: `
Indices and slices work as in Python: -1 is the last element, and a slice may reach beyond the ends. Write a comma to index the
dimensions of a .npy file, as in NumPy: 3,: is row 3, and :,-1 is the last column. Elements of one dimension are printed one on a
line. Elements of two or more dimensions are printed one row on a line, with tabs between them. Records are one on a line. An index without a comma
counts all elements in the order of the file.`,
  options: {
    ...OPENING,
    json: { type: 'boolean', description: 'prints a JSON array; integers of 8 bytes become strings' },
  },
  examples: [
    ['mmap-array get prices.f64 5 -1', 'the sixth and the last'],
    ['mmap-array get prices.f64 1000:2000:100', 'every hundredth of a thousand'],
    ['mmap-array get prices.f64 ::-1', 'all of them, from the end'],
    ['mmap-array get matrix.npy 3,:', 'one row'],
    ['mmap-array get matrix.npy :2,-3:', 'the last three columns of two rows'],
  ],

  async run({ values, positionals, output }) {
    const [path, ...words] = positionals
    if (path === undefined || words.length === 0)
      throw new UsageError(`${path === undefined ? 'FILE' : 'INDEX'} is missing; usage: mmap-array ${this.usage}`)
    const array = open(path, values)
    try {
      noteRest(array, values.offset)
      const wanted = words.map((word) => chosen(word, array))
      const several = wanted.find(({ shape }) => shape.length > 1)
      const isTable = holdsRecords(array) && !values.json
      if (several === undefined || isTable) return await printElements(array, all(wanted), values, output)
      if (values.json && wanted.length > 1)
        throw new UsageError(`--json prints one array, and '${several.word}' has rows: ask for it alone`)
      for (const { shape, blocks } of wanted) {
        if (shape.length > 1) await printRows(array, { shape, blocks: blocks() }, values, output)
        else await printElements(array, blocks(), values, output)
      }
      return undefined
    } finally {
      array.close()
    }
  },
}

/** @returns {{ word: string, shape: number[], blocks: () => AsyncIterable<ArrayLike<unknown>> }} what one word chooses */
function chosen(word, array) {
  if (isPerAxis(word)) {
    const axes = toAxes(word, layoutOf(array))
    return { word, shape: shapeOf(axes), blocks: () => elementsOf(array, axes) }
  }
  const places = toPlaces(word, array.length)
  return { word, shape: [places.count], blocks: () => placed(array, places) }
}

async function* all(wanted) {
  for (const { blocks } of wanted) yield* blocks()
}
