// Appends numbers of 4 bytes to a file, one system call each, a new file each round.
import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { MmapArray } from '../../index.js'
import { indexSum } from '../sample.js'
import { parameters, serve } from '../service.js'

const { path, appends, subject } = parameters

const SUBJECTS = {
  MmapArray: {
    open: () => MmapArray.open(path, 'i', { flags: 'w+' }),
    run: new Function('array', 'n', 'for (let i = 0; i < n; i++) array.append(i)'),
    close: (array) => array.close(),
  },
  'fs.writeSync': {
    open: () => openSync(path, 'a'),
    run(fd, n) {
      const element = new Int32Array(1)
      const bytes = new Uint8Array(element.buffer)
      for (let i = 0; i < n; i++) {
        element[0] = i
        writeSync(fd, bytes)
      }
    },
    close: closeSync,
  },
}

const { open, run, close } = SUBJECTS[subject]
let target
serve({
  before() {
    rmSync(path, { force: true })
    target = open()
  },
  round: () => run(target, appends),
  answer() {
    close(target)
    const bytes = readFileSync(path)
    const values = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
    return values.reduce((sum, value) => sum + value, 0) === indexSum(appends) && values.length
  },
})
