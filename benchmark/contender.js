// A contender: a process of its own that does one piece of work whenever it is told to. It reads a line, does a round
// and answers with a line of JSON, { answer, nanoseconds }, in whatever language it is written. Some do more than one piece of
// work: they are given a task first.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export class WrongAnswer extends Error {}

/** A contender in a file of contenders/, told its parameters as JSON. */
export function nodeContender(file, parameters) {
  const path = fileURLToPath(new URL(`contenders/${file}`, import.meta.url))
  return { command: process.execPath, args: ['--expose-gc', path, JSON.stringify(parameters)] }
}

export class Contender {
  #name
  #child
  #lines
  #ended

  constructor(name, { command, args, env }) {
    this.#name = name
    this.#child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, ...env } })
    this.#child.stdin.on('error', () => {})
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]()
    this.#ended = new Promise((resolve, reject) => {
      this.#child.on('error', reject)
      this.#child.on('close', (code, signal) => resolve(signal ?? code))
    })
    // Who waits for the end hears of an error; nobody may.
    this.#ended.catch(() => {})
  }

  /** Makes ready for the rounds of a task. */
  begin(task) {
    return this.#ask(task)
  }

  /** One round: what the contender measured, its answer verified. */
  async round(expected, request = '') {
    const measured = await this.#ask(request)
    if (expected !== undefined && measured.answer !== expected) {
      throw new WrongAnswer(`${this.#name} answered ${measured.answer} instead of ${expected}`)
    }
    return measured
  }

  async #ask(line) {
    this.#child.stdin.write(`${line}\n`)
    const { value, done } = await this.#lines.next()
    if (done) throw new WrongAnswer(`${this.#name} ended with ${await this.#ended} instead of an answer`)
    return JSON.parse(value)
  }

  /** Lets the process end by itself. */
  async end() {
    this.#child.stdin.end()
    const how = await this.#ended
    if (how !== 0) throw new WrongAnswer(`${this.#name} ended with ${how}`)
  }

  /** Ends it at once. */
  kill() {
    this.#child.kill('SIGKILL')
  }
}
