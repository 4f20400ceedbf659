import { blocksOf, isText } from '../blocks.js'
import { toFiles, toNumber } from '../command-line.js'
import { Differences } from '../differences.js'
import { DataError, EXIT } from '../failures.js'
import { OPENING, open, requireWhole } from '../opening.js'
import { progressOf } from '../progress.js'

export default {
  name: 'diff',
  summary: 'where two files differ; exit code 1 where they do',
  usage: 'diff FILE OTHER [OPTIONS]',
  more: `
Elements compare by value, whatever their types: 1 of an int32 equals 1.0 of a float64. Two NaNs count as equal, -0 and 0 too.
With tolerances a pair differs where |a - b| is more than TOLERANCE and more than RELATIVE * max(|a|, |b|).`,
  options: {
    ...OPENING,
    'other-type': { type: 'string', value: 'TYPE', description: 'of the elements of OTHER; default as --type' },
    tolerance: { type: 'string', description: 'how far apart two numbers may be; default 0' },
    relative: { type: 'string', description: 'how far apart, as a part of the larger one; default 0' },
    json: { type: 'boolean', description: 'one JSON object; integers of 8 bytes as strings' },
  },
  examples: [
    ['mmap-array diff old.npy new.npy', ''],
    ['mmap-array diff a.f32 b.f64 --relative 1e-6', 'as equal as float32 can be'],
  ],

  async run({ values, positionals, output }) {
    const [path, otherPath] = toFiles(this, positionals, ['FILE', 'OTHER'])
    const tolerance = toNumber(values.tolerance, 'tolerance') ?? 0
    const relative = toNumber(values.relative, 'relative') ?? 0
    const array = open(path, values)
    try {
      const other = open(otherPath, { ...values, type: values['other-type'] ?? values.type })
      try {
        for (const one of [array, other]) requireWhole(one, values.offset)
        const facts = await compare(array, other, { tolerance, relative })
        try {
          await (values.json ? output.json(facts) : output.line(sentenceOf(facts)))
        } catch (error) {
          // The exit code is an answer too.
          if (!output.isClosed) throw error
        }
        return facts.equal ? EXIT.done : EXIT.different
      } finally {
        other.close()
      }
    } finally {
      array.close()
    }
  },
}

async function compare(array, other, terms) {
  if (isText(array) !== isText(other)) throw new DataError('characters do not compare with numbers')
  const length = Math.min(array.length, other.length)
  const differences = new Differences(terms)
  const onProgress = progressOf('comparing', length)
  const others = blocksOf(other, { stop: length })
  for await (const { start, values } of blocksOf(array, { stop: length })) {
    differences.add(start, values, (await others.next()).value.values)
    onProgress(start + values.length)
  }
  return {
    equal: differences.count === 0 && array.length === other.length,
    lengths: [array.length, other.length],
    different: differences.count,
    first: differences.first,
    largest: differences.largest,
  }
}

function sentenceOf({ equal, lengths: [length, otherLength], different, first, largest }) {
  if (equal) return `equal: ${length} elements`
  const lines = []
  if (length !== otherLength) lines.push(`lengths: ${length} and ${otherLength}`)
  const common = Math.min(length, otherLength)
  lines.push(`different: ${different} of the ${common} elements${length === otherLength ? '' : ' that both have'}`)
  if (first) lines.push(`first: at ${first.index}, ${pair(first)}`)
  if (largest) lines.push(`largest: at ${largest.index}, ${pair(largest)}, ${largest.distance} apart`)
  return lines.join('\n')
}

const pair = ({ values }) =>
  values.map((value) => (typeof value === 'string' ? JSON.stringify(value) : value)).join(' and ')
