import { writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { isComplex, isText } from '../blocks.js'
import { toFiles, toRange, toWhole } from '../command-line.js'
import { DataError, UsageError, printable } from '../failures.js'
import { requireNoRecords } from '../fields.js'
import { OPENING, open } from '../opening.js'
import { histogramOf } from '../plot/histogram.js'
import { extentOf, seriesOf } from '../plot/series.js'
import { dotsIn, histogramLines, plotLines } from '../plot/terminal.js'
import { progressOf } from '../progress.js'
import { replace, requireReplaceable } from '../replacement.js'
import { isFloat, nameOf } from '../type-names.js'

const IMAGE = { width: 960, height: 480 }
/** The most characters, pixels or bins of a picture, in each direction. */
const MOST = 8000

export default {
  name: 'plot',
  summary: 'a picture: in the terminal, as SVG or as PNG',
  usage: 'plot FILE [OPTIONS]',
  more: `
A plot of many elements shows the least and the greatest of each of its columns, so that no peak is lost. NaN and infinities
are left out.`,
  options: {
    ...OPENING,
    histogram: { type: 'boolean', description: 'shows how often values occur' },
    bins: { type: 'string', value: 'COUNT', description: 'of a histogram; default 20, in an image 80' },
    range: { type: 'string', value: 'START:STOP', description: 'only these elements, as in Python' },
    log: { type: 'boolean', description: 'a logarithmic scale, without zeros and negative numbers' },
    svg: { type: 'string', value: 'TARGET', description: 'writes SVG; - is the standard output' },
    png: { type: 'string', value: 'TARGET', description: 'writes PNG; - is the standard output' },
    width: {
      type: 'string',
      description: `in characters, or in pixels of an image; default the terminal's, or ${IMAGE.width}`,
    },
    height: { type: 'string', description: `likewise; default 16 lines, or ${IMAGE.height} pixels` },
    force: { type: 'boolean', short: 'f', description: 'replaces an existing TARGET' },
  },
  examples: [
    ['mmap-array plot prices.f64', 'here, in the terminal'],
    ['mmap-array plot prices.f64 --range -1000: --svg end.svg', 'the last thousand, for a page'],
    ['mmap-array plot prices.f64 --histogram --png values.png', ''],
    ['mmap-array plot trades.npy --field price', 'one field of records'],
  ],

  async run({ values, positionals, output }) {
    const [path] = toFiles(this, positionals, ['FILE'])
    const target = targetOf(values)
    const array = open(path, values)
    try {
      requireNoRecords(array)
      if (isText(array)) throw new DataError('characters have no picture')
      if (isComplex(array)) throw new DataError('complex numbers have no picture')
      const picture = await pictureOf(array, path, values, target, output)
      if (target) await writeImage(picture, target, values, output)
      else await output.line(textOf(picture, values, output))
    } finally {
      array.close()
    }
  },
}

function targetOf({ svg, png, force }) {
  if (svg !== undefined && png !== undefined) throw new UsageError('--svg and --png are one picture each')
  const path = svg ?? png
  if (path === undefined) return undefined
  if (path !== '-') requireReplaceable(path, force)
  return { path, isPng: png !== undefined }
}

async function pictureOf(array, path, values, target, output) {
  if (values.histogram && values.log) throw new UsageError('--log goes with a plot, not with --histogram')
  if (values.bins !== undefined && !values.histogram) throw new UsageError('--bins goes with --histogram')
  const [start, stop] = toRange(values.range, array.length)
  const width = toWhole(values.width, 'width', 20, MOST) ?? (target ? IMAGE.width : Math.min(output.columns, 160))
  const isShown = values.log ? (value) => value > 0 && value < Infinity : Number.isFinite
  const settings = { start, stop, columns: target ? Math.max(width - 100, 100) : dotsIn(width), isShown }
  const { columns, isWhole, leftOut } = await seriesOf(array, settings, progressOf('reading', stop - start))
  const extent = extentOf(columns)
  const name = printable(array.field === undefined ? basename(path) : `${basename(path)}, ${values.field}`)
  const title = `${name}: ${(stop - start).toLocaleString('en')} × ${nameOf(array.typecode)}`
  const note = leftOut ? (values.log ? 'without numbers that are not positive' : 'without NaN and infinities') : ''
  const bins =
    values.histogram && extent
      ? await histogramOf(
          array,
          { start, stop, extent, bins: toWhole(values.bins, 'bins', 1, MOST) ?? (target ? 80 : 20) },
          progressOf('counting', stop - start),
        )
      : undefined
  return { title, note, columns, isWhole, extent, bins, start, stop, width, isInteger: !isFloat(array.typecode) }
}

function textOf(picture, { log, height }, output) {
  const rows = toWhole(height, 'height', 3, MOST)
  const heading = [picture.title, picture.note].filter(Boolean).join(', ')
  if (!picture.extent) return `${heading}\nnothing to show`
  const lines = picture.bins
    ? histogramLines(picture)
    : plotLines({ ...picture, scale: log ? Math.log : (value) => value, ...(rows && { rows }) })
  return [heading, ...lines.map((line) => colored(line, output))].join('\n')
}

/** Colours the dots and bars on a terminal. */
function colored(line, output) {
  if (!output.isTerminal || process.env.NO_COLOR) return line
  return line.replace(/[\u2800-\u28ff█▏▎▍▌▋▊▉]+/, (dots) => `\x1b[36m${dots}\x1b[39m`)
}

async function writeImage(picture, { path, isPng }, { log, height, force }, output) {
  const { pngOf, svgOf } = await import('../plot/chart.js')
  const frame = { ...picture, height: toWhole(height, 'height', 100, MOST) ?? IMAGE.height }
  const svg = svgOf(frame, { ...picture, isLog: log })
  const bytes = isPng ? await pngOf(svg) : svg
  if (path === '-') await output.write(bytes)
  else await replace(path, { force }, (unfinished) => writeFile(unfinished, bytes, { flag: 'wx' }))
}
