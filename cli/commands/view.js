import { spawn } from 'node:child_process'
import { toWhole } from '../command-line.js'
import { UsageError } from '../failures.js'
import { OPENING } from '../opening.js'
import { openInputs } from '../plot/inputs.js'
import { X_OPTIONS, toXSettings, xAxisOf } from '../plot/x-axis.js'
import { nameOf } from '../type-names.js'
import { LivePicture } from '../viewer/live-picture.js'
import { serve } from '../viewer/server.js'

export default {
  name: 'view',
  summary: 'show a plot in the browser that you can zoom, and that follows changes',
  usage: 'view FILE ... [OPTIONS]',
  more: `
The command prints the address of a page. Only this machine can reach it, and the address contains a random word: anyone who knows it can read
FILE. Press Ctrl-C to end the command. On the page, the wheel, + and - zoom, dragging and the arrow keys pan, 0 or a double click
shows all, and End goes to the end and stays there.

The page shows appended elements within a second. It also shows stores to older elements: within a second if you see fewer than
8,192 elements for each pixel of the width, else within one second for each 4 million elements of FILE.

Several FILEs, or several names in --field, are shown as series of one plot, at most 10. x values must be in ascending order.`,
  options: {
    ...OPENING,
    field: { ...OPENING.field, description: 'shows these fields of records, with commas between the names' },
    ...X_OPTIONS,
    port: { type: 'string', description: 'port on 127.0.0.1; default any free port' },
    open: {
      type: 'boolean',
      description: 'opens the page in the browser; other users of the machine can then see the address',
    },
  },
  examples: [
    ['mmap-array view ticks.npy', 'prints the address'],
    ['mmap-array view ticks.bin --type i64 --open', ''],
    ['mmap-array view prices.f64 --x times.i64 --x-type time', 'over time'],
  ],

  async run({ values, positionals, output }) {
    if (positionals.length === 0) throw new UsageError(`FILE is missing; usage: mmap-array ${this.usage}`)
    const port = toWhole(values.port, 'port')
    if (port > 65535) throw new UsageError(`--port takes a port, not '${values.port}'`)
    const settings = toXSettings(values)
    const { series, x, close: closeInputs } = openInputs(positionals, values)
    try {
      const axis = x && (await xAxisOf(x, { start: 0, stop: x.elements.length }, settings, () => {}))
      const live = new LivePicture(
        series.map(({ elements }) => elements),
        x && { elements: x.elements, toX: axis.toX },
      )
      const facts = factsOf(series, axis)
      const { url, close } = await serve({ live, facts, port })
      try {
        await output.line(url)
      } catch (error) {
        // Nobody learned the address, so the server is of no use.
        close()
        throw error
      }
      if (values.open) browse(url)
      await live.follow()
    } finally {
      closeInputs()
    }
  },
}

/** What the page shows about the series and their x values. */
function factsOf(series, axis) {
  const types = new Set(series.map(({ elements }) => nameOf(elements.typecode)))
  return {
    name: series.map(({ name }) => name).join(', '),
    type: [...types].join(', '),
    itemsize: series[0].elements.itemsize,
    series: series.map(({ name }) => name),
    ...(axis && { x: { label: axis.label, isTime: axis.isTime } }),
  }
}

/** Opens the page as a desktop does. Without a desktop, the user has the printed address. */
function browse(url) {
  spawn('xdg-open', [url], { stdio: 'ignore', detached: true })
    .on('error', () => {})
    .unref()
}
