// One round: arrays of its own, workers that come and go, and what must be true at any time and at its end.
import fs from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { MmapArray } from '../index.js'
import { AppendLog } from '../__test__/support/append-log.js'
import { MOST_AT_ONCE } from './actions.js'
import { COUNTERS_TYPE, Counters, countersLength } from './counters.js'
import { startProcess, startThread } from './workers.js'

const MOST_WORKERS = 200
const PROCESSES = 4
const THREADS = 3

export class Round {
  /** What was done, for the line of progress. */
  counts = { kills: 0, terminations: 0, ends: 0 }
  #directory
  #random
  #arrays
  #logs
  #workers = []
  #started = 0

  constructor(directory, random) {
    this.#directory = directory
    this.#random = random
    fs.writeFileSync(join(directory, 'truncated'), '')
    this.#arrays = {
      counters: new MmapArray(COUNTERS_TYPE, new Float64Array(countersLength(MOST_WORKERS))),
      file: MmapArray.open(join(directory, 'log'), 'q', { flags: 'w+' }),
      memory: new MmapArray('q'),
      locked: new MmapArray('i', [0, 0]),
    }
    this.#logs = { file: new AppendLog(this.#arrays.file), memory: new AppendLog(this.#arrays.memory) }
  }

  /** The sum of a counter over all workers. */
  total(field) {
    return Array.from({ length: this.#started }, (_, number) => this.#counters(number).get(field)).reduce(
      (a, b) => a + b,
      0,
    )
  }

  get appended() {
    return this.#logs.file.length + this.#logs.memory.length
  }

  #counters(number) {
    return new Counters(this.#arrays.counters.view, number)
  }

  /** Runs until a time, and then to its end; `last` is called when everybody has ended and all is as it must be. */
  async run(until, last) {
    try {
      for (let n = 0; n < PROCESSES + THREADS; n++) this.#start(n < PROCESSES)
      while (Date.now() < until && this.#started < MOST_WORKERS) {
        await Promise.race([sleep(50 + this.#random.below(400)), ...this.#workers.map(({ ended }) => ended)])
        await this.#disturb()
        for (const log of Object.values(this.#logs)) log.check()
      }
      for (const worker of this.#workers) await this.#end(worker, this.#random.chance(0.3))
      this.#checkAll()
      last()
    } finally {
      await Promise.allSettled(this.#workers.map((worker) => worker.isGone || worker.end(true)))
      for (const array of Object.values(this.#arrays)) array.close()
    }
  }

  #start(isProcess) {
    const arrays = Object.entries(this.#arrays)
    const parameters = {
      seed: this.#random.below(2 ** 32),
      number: this.#started++,
      directory: this.#directory,
      handles: Object.fromEntries(arrays.map(([name, array]) => [name, array.handle()])),
    }
    const worker = isProcess ? startProcess(parameters) : startThread(parameters)
    this.#workers.push(Object.assign(worker, { isProcess }))
  }

  /** Ends a worker in some way, and starts another like it. */
  async #disturb() {
    if (this.#random.chance(0.5)) return
    const worker = this.#random.pick(this.#workers)
    await this.#end(worker, this.#random.chance(0.7))
    this.#start(worker.isProcess)
  }

  async #end(worker, isCutShort) {
    await worker.end(isCutShort)
    this.#workers = this.#workers.filter((other) => other !== worker)
    if (!isCutShort) this.counts.ends++
    else if (worker.isProcess) this.counts.kills++
    else this.counts.terminations++
    this.#checkReserved(worker)
    for (const [name, log] of Object.entries(this.#logs)) {
      log.check()
      const [said, count] = [this.#counters(worker.number).get(name), log.countOf(worker.number)]
      if (count < said || count > said + MOST_AT_ONCE) {
        throw new Error(`worker ${worker.number} appended ${said} elements, ${count} are there`)
      }
    }
  }

  /** Exactly its elements after an end of its own; after a SIGKILL all of them, and zeros behind them. */
  #checkReserved({ number, isProcess, isCutShort }) {
    const path = join(this.#directory, `reserved-${number}`)
    if (!fs.existsSync(path)) return
    const bytes = fs.readFileSync(path)
    if (bytes.length % 8 !== 0) throw new Error(`${path} ends inside an element`)
    const elements = new BigInt64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length))
    let length = 0
    while (length < elements.length && elements[length] === BigInt(length + 1)) length++
    const said = this.#counters(number).get('reserved')
    if (length !== said && length !== said + 1) throw new Error(`${path} has ${length} elements, not ${said}`)
    const isKilled = isProcess && isCutShort
    if (!isKilled && length !== elements.length) throw new Error(`${path} has ${elements.length - length} too many`)
    if (elements.subarray(length).some((element) => element !== 0n))
      throw new Error(`${path} has more than zeros behind`)
    fs.unlinkSync(path)
  }

  #checkAll() {
    const { locked } = this.#arrays
    const [done, begun, said] = [locked.get(0), locked.get(1), this.total('locked')]
    if (done < said || begun < done || begun > done + 1) {
      throw new Error(`the lock was held ${said} times; ${done} were counted, ${begun} begun`)
    }
    // Appends of workers that were killed are in the file, if not counted.
    if (this.appended < this.total('file') + this.total('memory')) throw new Error('appended elements are missing')
  }
}
