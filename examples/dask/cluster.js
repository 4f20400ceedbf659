import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const COMMAND = process.env.PYTHON || 'python3'
const LOOPBACK = ['--host', '127.0.0.1', '--no-dashboard']
const PATIENCE_MS = 120_000
const BETWEEN_LOOKS_MS = 50

/** A Dask scheduler and its workers, each a process, that only this machine reaches. */
export class Cluster {
  #directory
  #env
  #file
  #children = []

  constructor(directory, env) {
    this.#directory = directory
    // Settings of the user's are not to change what is shown here.
    this.#env = { ...env, DASK_CONFIG: join(directory, 'no-settings'), DASK_DISTRIBUTED__LOGGING__DISTRIBUTED: 'error' }
    this.#file = join(directory, 'scheduler.json')
  }

  async start({ workers }) {
    const scheduler = this.#begin('scheduler', '--port', '0', '--scheduler-file', this.#file)
    while (!existsSync(this.#file)) {
      scheduler.requireRunning()
      await sleep(BETWEEN_LOOKS_MS)
    }
    for (let worker = 0; worker < workers; worker++) {
      this.#begin(
        'worker',
        '--scheduler-file',
        this.#file,
        '--nthreads',
        '1',
        '--no-nanny',
        '--local-directory',
        this.#directory,
      )
    }
  }

  /** Runs a program of this folder beside the cluster; gives what it printed, as JSON. */
  ask(program, ...words) {
    return this.run(program, this.#file, ...words)
  }

  async run(program, ...words) {
    const { child, told } = this.#spawn(['-B', fileURLToPath(new URL(program, import.meta.url)), ...words], 'pipe')
    const output = child.stdout.setEncoding('utf8').toArray()
    const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS)
    const [code, signal] = await once(child, 'exit')
    clearTimeout(timer)
    if (code !== 0) throw new Error(`${program} ended with ${signal ?? code}: ${told.text}`)
    return JSON.parse((await output).join(''))
  }

  /** Lets all of them end. */
  async stop() {
    const ended = this.#children.filter(isRunning).map((child) => once(child, 'exit'))
    for (const child of this.#children.toReversed()) child.kill('SIGTERM')
    const timer = setTimeout(() => this.kill(), PATIENCE_MS)
    await Promise.all(ended)
    clearTimeout(timer)
  }

  kill() {
    for (const child of this.#children.filter(isRunning)) child.kill('SIGKILL')
  }

  #begin(role, ...words) {
    const { child, told } = this.#spawn(['-B', '-m', 'dask', role, ...LOOPBACK, ...words], 'ignore')
    const requireRunning = () => {
      if (!isRunning(child)) throw new Error(`the ${role} ended: ${told.text}`)
    }
    return { requireRunning }
  }

  #spawn(words, stdout) {
    const child = spawn(COMMAND, words, { cwd: this.#directory, env: this.#env, stdio: ['ignore', stdout, 'pipe'] })
    const told = { text: '' }
    child.stderr.setEncoding('utf8').on('data', (text) => (told.text += text))
    this.#children.push(child)
    return { child, told }
  }
}

const isRunning = ({ exitCode, signalCode }) => exitCode === null && signalCode === null
