import { spawn } from 'node:child_process'
import { basename } from 'node:path'
import { isComplex, isText } from '../blocks.js'
import { toFiles, toWhole } from '../command-line.js'
import { DataError, UsageError } from '../failures.js'
import { requireNoRecords } from '../fields.js'
import { OPENING, open } from '../opening.js'
import { nameOf } from '../type-names.js'
import { LiveArray } from '../viewer/live-array.js'
import { serve } from '../viewer/server.js'

export default {
  name: 'view',
  summary: 'a plot in the browser, to zoom and to pan, that follows appended elements',
  usage: 'view FILE [OPTIONS]',
  more: `
Serves a page at an address that only this machine can reach. The address contains a random word, and anyone who knows it
can read FILE. Ctrl-C ends the server. Wheel and + - zoom, dragging and arrows pan, 0 and a double click show all, End follows appended elements.`,
  options: {
    ...OPENING,
    port: { type: 'string', description: 'the port on 127.0.0.1; default any that is free' },
    open: {
      type: 'boolean',
      description: 'opens the page in the browser; others on the machine can see the address then',
    },
  },
  examples: [
    ['mmap-array view ticks.npy', 'prints the address'],
    ['mmap-array view ticks.bin --type i64 --open', ''],
  ],

  async run({ values, positionals, output }) {
    const [path] = toFiles(this, positionals, ['FILE'])
    const port = toWhole(values.port, 'port')
    if (port > 65535) throw new UsageError(`--port takes a port, not '${values.port}'`)
    const array = open(path, values)
    requireNoRecords(array)
    if (isText(array)) throw new DataError('characters have no picture')
    if (isComplex(array)) throw new DataError('complex numbers have no picture')
    const live = new LiveArray(array)
    const facts = {
      name: values.field === undefined ? basename(path) : `${basename(path)}, ${values.field}`,
      type: nameOf(array.typecode),
      itemsize: array.itemsize,
    }
    const { url, close } = await serve({ live, facts, port })
    try {
      await output.line(url)
    } catch (error) {
      // Nobody learned the address, so the server is of no use.
      close()
      array.close()
      throw error
    }
    if (values.open) browse(url)
    await live.follow()
  },
}

/** Opens the page as a desktop does. Without a desktop, the user has the printed address. */
function browse(url) {
  spawn('xdg-open', [url], { stdio: 'ignore', detached: true })
    .on('error', () => {})
    .unref()
}
