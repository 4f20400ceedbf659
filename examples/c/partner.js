import { execFile, execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const SOURCE = fileURLToPath(new URL('partner.c', import.meta.url))

/** The compiled C program. The caller removes its directory. */
export class Partner {
  #program

  constructor(directory) {
    this.#program = join(directory, 'partner')
    execFileSync('gcc', ['-O2', '-Wall', '-Wextra', '-Werror', '-o', this.#program, SOURCE], { stdio: 'inherit' })
  }

  /** Runs a command to its end. Returns what it printed. Rejects if it fails. */
  async run(command, path, ...words) {
    const { stdout } = await promisify(execFile)(this.#program, [command, path, ...words.map(String)])
    return stdout.trim()
  }
}
