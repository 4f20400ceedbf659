// One round: arrays of its own, members that come and go, and what must be true of all that at any time and at its end.
import fs from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { MmapArray } from '../index.js'
import { BOARD_TYPE, Row, boardLength } from './board.js'
import { startProcess, startThread } from './crew.js'
import { Ledger } from './ledger.js'

const MOST_MEMBERS = 200
const PROCESSES = 4
const THREADS = 3

export class Round {
  /** What was done, for the line of progress. */
  counts = { kills: 0, terminations: 0, ends: 0 }
  #directory
  #random
  #arrays
  #ledgers
  #members = []
  #started = 0

  constructor(directory, random) {
    this.#directory = directory
    this.#random = random
    fs.writeFileSync(join(directory, 'cut'), '')
    this.#arrays = {
      board: new MmapArray(BOARD_TYPE, new Float64Array(boardLength(MOST_MEMBERS))),
      file: MmapArray.open(join(directory, 'ledger'), 'q', { flags: 'w+' }),
      memory: new MmapArray('q'),
      counter: new MmapArray('i', [0, 0]),
    }
    this.#ledgers = { file: new Ledger(this.#arrays.file), memory: new Ledger(this.#arrays.memory) }
  }

  /** The sum of a number over all members. */
  total(field) {
    return Array.from({ length: this.#started }, (_, number) => this.#row(number).get(field)).reduce((a, b) => a + b, 0)
  }

  get appended() {
    return this.#ledgers.file.length + this.#ledgers.memory.length
  }

  #row(number) {
    return new Row(this.#arrays.board.view, number)
  }

  /** Runs until a time, and then to its end; `last` is called when everybody has ended and all is as it must be. */
  async run(until, last) {
    try {
      for (let n = 0; n < PROCESSES + THREADS; n++) this.#start(n < PROCESSES)
      while (Date.now() < until && this.#started < MOST_MEMBERS) {
        await Promise.race([sleep(50 + this.#random.below(400)), ...this.#members.map(({ ended }) => ended)])
        await this.#disturb()
        for (const ledger of Object.values(this.#ledgers)) ledger.follow()
      }
      for (const member of this.#members) await this.#end(member, this.#random.chance(0.3))
      this.#checkAll()
      last()
    } finally {
      await Promise.allSettled(this.#members.map((member) => member.isGone || member.end(true)))
      for (const array of Object.values(this.#arrays)) array.close()
    }
  }

  #start(isProcess) {
    const { board, file, memory, counter } = this.#arrays
    const arrays = Object.entries({ board, file, memory, counter })
    const parameters = {
      seed: this.#random.below(2 ** 32),
      number: this.#started++,
      directory: this.#directory,
      handles: Object.fromEntries(arrays.map(([name, array]) => [name, array.handle()])),
    }
    const member = isProcess ? startProcess(parameters) : startThread(parameters)
    this.#members.push(Object.assign(member, { isProcess }))
  }

  /** Ends a member in some way, and starts another like it. */
  async #disturb() {
    if (this.#random.chance(0.5)) return
    const member = this.#random.pick(this.#members)
    await this.#end(member, this.#random.chance(0.7))
    this.#start(member.isProcess)
  }

  async #end(member, isCutShort) {
    await member.end(isCutShort)
    this.#members = this.#members.filter((other) => other !== member)
    if (!isCutShort) this.counts.ends++
    else if (member.isProcess) this.counts.kills++
    else this.counts.terminations++
    this.#checkReserved(member)
    for (const [name, ledger] of Object.entries(this.#ledgers)) {
      ledger.follow()
      ledger.check(member.number, this.#row(member.number).get(name))
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
    const said = this.#row(number).get('reserved')
    if (length !== said && length !== said + 1) throw new Error(`${path} has ${length} elements, not ${said}`)
    const isKilled = isProcess && isCutShort
    if (!isKilled && length !== elements.length) throw new Error(`${path} has ${elements.length - length} too many`)
    if (elements.subarray(length).some((element) => element !== 0n))
      throw new Error(`${path} has more than zeros behind`)
    fs.unlinkSync(path)
  }

  #checkAll() {
    const { counter } = this.#arrays
    const [done, begun, said] = [counter.get(0), counter.get(1), this.total('locked')]
    if (done < said || begun < done || begun > done + 1) {
      throw new Error(`the lock was held ${said} times; ${done} were counted, ${begun} begun`)
    }
    // Appends of members that were killed are in the file, if not on the board.
    if (this.appended < this.total('file') + this.total('memory')) throw new Error('appended elements are missing')
  }
}
