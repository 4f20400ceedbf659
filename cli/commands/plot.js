import { writeFile } from 'node:fs/promises'
import { toWhole } from '../command-line.js'
import { UsageError } from '../failures.js'
import { note } from '../notes.js'
import { OPENING } from '../opening.js'
import { openInputs, requireSameLength, toPathsAndPlaces } from '../plot/inputs.js'
import { IMAGE, MOST, pictureOf } from '../plot/picture.js'
import { textOf } from '../plot/text.js'
import { X_OPTIONS, toXSettings } from '../plot/x-axis.js'
import { replace, requireNoInput, requireReplaceable } from '../replacement.js'
import { typecodeOfPath } from '../type-names.js'

export default {
  name: 'plot',
  summary: 'draw a picture in the terminal, as SVG or as PNG',
  takesAxes: true,
  usage: 'plot FILE ... [START:STOP:STEP[,...] ...] [OPTIONS]',
  more: `
Each column of the picture shows the least and the greatest of its elements, so you see every peak. NaN and infinities are left out.
Several FILEs, or several names in --field, are drawn as series of one picture with a legend, at most 10.

Indices and slices, as get takes them, draw only those elements: 3,: is row 3 of a matrix, and :,0 3,: are two series.

x is the index of an element. With --x or --x-field it is the value at the same index there, in any order. Each element needs one x value.

A .npy file of two dimensions is drawn as a heat map, unless it is a single row or column. If it has more elements than the picture
has cells, each cell shows the mean of its elements. --flatten draws the elements as one series, in the order of the file.`,
  options: {
    ...OPENING,
    field: {
      ...OPENING.field,
      description: 'draws these fields of records, with commas between the names; gain[0] is the first of its values',
    },
    ...X_OPTIONS,
    histogram: { type: 'boolean', description: 'draws how often values occur' },
    bins: {
      type: 'string',
      value: 'COUNT',
      description: 'number of bars of the histogram; default 20, or 80 in an image',
    },
    flatten: { type: 'boolean', description: 'draws a matrix as one series' },
    range: {
      type: 'string',
      value: 'START:STOP',
      description: 'draws only these elements, or rows of a matrix, as in Python',
    },
    log: { type: 'boolean', description: 'uses a logarithmic scale, and leaves out zeros and negative numbers' },
    svg: { type: 'string', value: 'TARGET', description: 'writes an SVG image; - is the standard output' },
    png: { type: 'string', value: 'TARGET', description: 'writes a PNG image; - is the standard output' },
    width: {
      type: 'string',
      description: `width in characters, or in pixels of an image; default the terminal's, ${IMAGE.width} for SVG, ${2 * IMAGE.width} for PNG`,
    },
    height: {
      type: 'string',
      description: `height in lines, or in pixels of an image; default 16, ${IMAGE.height} for SVG, ${2 * IMAGE.height} for PNG`,
    },
    force: { type: 'boolean', short: 'f', description: 'replaces an existing TARGET' },
  },
  examples: [
    ['mmap-array plot prices.f64', 'in the terminal'],
    ['mmap-array plot prices.f64 --range -1000: --svg end.svg', 'the last thousand, for a page'],
    ['mmap-array plot prices.f64 --x times.i64 --x-type time', 'over time'],
    ['mmap-array plot low.f32 high.f32 --png both.png', 'two series'],
    ['mmap-array plot prices.f64 --histogram --png values.png', ''],
    ['mmap-array plot trades.npy --field price,low --x-field time --x-type time', 'fields of records'],
    ['mmap-array plot matrix.npy --png matrix.png', 'a heat map'],
    ['mmap-array plot matrix.npy 3,:', 'one row as a line'],
  ],

  async run({ values, positionals, output }) {
    const { paths, places } = toPathsAndPlaces(positionals)
    if (paths.length === 0) throw new UsageError(`FILE is missing; usage: mmap-array ${this.usage}`)
    const settings = toSettings(values, paths, output)
    const inputs = openInputs(paths, values, places)
    try {
      if (inputs.x) requireSameLength(inputs.series, inputs.x)
      const picture = await pictureOf(inputs, settings)
      if (settings.target) await writeImage(picture, settings, output)
      else await output.line(await textOf(picture, settings))
    } finally {
      inputs.close()
    }
  },
}

/** What the options say. Options that contradict each other are errors. */
function toSettings(values, paths, output) {
  const { histogram, log, bins, svg, png } = values
  const isWithX = values.x !== undefined || values['x-field'] !== undefined
  if (svg !== undefined && png !== undefined)
    throw new UsageError('--svg and --png contradict each other: one picture each')
  if (histogram && log) throw new UsageError('--log and --histogram contradict each other')
  if (histogram && isWithX) throw new UsageError('--histogram has no x values: leave out --x and --x-field')
  if (histogram && paths.length > 1) throw new UsageError('--histogram takes one FILE')
  if (bins !== undefined && !histogram) throw new UsageError('--bins needs --histogram')
  const target = targetOf(values, [...paths, ...[values.x ?? []].flat()])
  return {
    ...values,
    ...toXSettings(values),
    target,
    bins: toWhole(bins, 'bins', 1, MOST),
    ...(target ? sizeOfImage(values, target) : sizeOfText(values, output)),
    isColoured: output.isTerminal && !process.env.NO_COLOR,
    hasAllColours: output.hasAllColours,
  }
}

function targetOf({ svg, png, force }, inputs) {
  const path = svg ?? png
  if (path === undefined) return undefined
  const format = png === undefined ? 'svg' : 'png'
  if (path !== '-' && requireReplaceable(path, force) !== undefined) {
    requireNoInput(path, inputs)
    // As the shell makes of --png *.f64.
    if (path.toLowerCase().endsWith('.npy') || typecodeOfPath(path) !== undefined)
      throw new UsageError(`${path} is a file of elements by its name: a picture cannot replace it`)
  }
  const ending = /\.(png|svg|jpe?g|gif|webp|bmp|tiff?|pdf)$/i.exec(path)?.[1].toLowerCase()
  if (ending !== undefined && ending !== format) note(`${path} gets ${format.toUpperCase()}, whatever its name says`)
  return { path, isPng: format === 'png' }
}

const sizeOfText = ({ width, height }, output) => ({
  width: toWhole(width, 'width', 20, MOST) ?? Math.min(output.columns, 160),
  height: toWhole(height, 'height', 3, MOST),
})

/** A large PNG has more pixels, not a larger drawing, up to twice the pixels. */
function sizeOfImage({ width, height }, { isPng }) {
  const most = isPng ? 2 : 1
  const pixels = toWhole(width, 'width', 100, MOST)
  const lines = toWhole(height, 'height', 100, MOST)
  const wanted = pixels === undefined ? (lines ?? Infinity) / IMAGE.height : pixels / IMAGE.width
  const zoom = Math.min(Math.max(wanted, 1), most)
  const side = (given, usual) => (given === undefined ? usual : Math.round(given / zoom))
  return { width: side(pixels, IMAGE.width), height: side(lines, IMAGE.height), zoom }
}

async function writeImage(picture, { target: { path, isPng }, force, zoom }, output) {
  const { pngOf, svgOf } = await import('../plot/chart.js')
  const svg = svgOf(picture, picture)
  const bytes = isPng ? await pngOf(svg, zoom) : svg
  if (path === '-') await output.write(bytes)
  else await replace(path, { force }, (unfinished) => writeFile(unfinished, bytes, { flag: 'wx' }))
}
