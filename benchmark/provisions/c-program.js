// The operations in C: a source file made of the table's, and compiled for this processor.
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ELEMENT_TYPES } from '../element-types.js'
import { OPERATIONS, stepOf } from '../operations.js'
import { failureOf } from './cache.js'

const SOURCE = fileURLToPath(new URL('../contenders/operations.c', import.meta.url))
const FLAGS = ['-O3', '-march=native']
const C = { language: 'c', kinds: ['C'] }

/** The program, and its compiler's version; or why there is none. */
export function cProgram(scratch) {
  const program = join(scratch, 'operations')
  writeFileSync(join(scratch, 'operations.inc'), sourceOf(OPERATIONS.filter((operation) => stepOf(operation, C))))
  const result = spawnSync('gcc', [...FLAGS, `-I${scratch}`, '-o', program, SOURCE], { encoding: 'utf8' })
  if (result.status !== 0) return { absent: `gcc: ${failureOf(result)}` }
  const { stdout } = spawnSync('gcc', ['-dumpfullversion'], { encoding: 'utf8' })
  return { program, version: `gcc ${stdout.trim()} ${FLAGS.join(' ')}` }
}

/** A function for each step and element type, and the table that names them. */
function sourceOf(operations) {
  const functions = []
  const rows = []
  for (const operation of operations) {
    const step = stepOf(operation, C)
    for (const typecode of operation.typecodes ?? ['i', 'd']) {
      const name = `${operation.name.replaceAll('-', '_')}_${typecode}`
      const define = (phase, result, code) => {
        if (code === undefined) return 'NULL'
        functions.push(`#define T ${ELEMENT_TYPES[typecode].c}\nSTEP ${result} ${name}_${phase}(struct task *the)\n{
          T *a = the->array; size_t n = the->n; (void)a; (void)n;\n${code}\n}\n#undef T`)
        return `${name}_${phase}`
      }
      const steps = [
        define('before', 'void', step.before),
        define('round', 'struct result', step.round),
        define('after', 'void', step.after),
      ]
      const flags = ['restores', 'reads', 'writes'].map((flag) => (operation[flag] ? 1 : 0))
      rows.push(`{ "${operation.name}", '${typecode}', ${[...steps, ...flags].join(', ')} },`)
    }
  }
  return `${functions.join('\n')}\nstatic const struct operation OPERATIONS[] = {\n${rows.join('\n')}\n};\n`
}
