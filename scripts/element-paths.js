// Makes the text of lib/element-paths.generated.js: the function of lib/element-path.js, once for each typecode. generated.js writes it.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { TYPECODES } from '../lib/typecodes.js'
import { ROOT, SetupError } from './toolchain.js'

const TEMPLATE = join(ROOT, 'lib', 'element-path.js')
/** The beginning of the function, which is the last thing in the file. */
const FUNCTION = 'export function elementPath('

/** The typecodes of numbers and characters. Complex numbers and records have lib/object-path.js. */
const LETTERS = TYPECODES.filter((type) => !type.isObject).map((type) => type.code)

/** The text of the generated file. */
export function elementPaths() {
  const template = readFileSync(TEMPLATE, 'utf8')
  const [head, body, ...more] = template.split(FUNCTION)
  if (body === undefined || more.length > 0) throw new SetupError(`${TEMPLATE} must have one '${FUNCTION}'.`)
  // The head without the text about the template, which ends at the first blank line, and without the comment of the function.
  const imports = head.slice(head.indexOf('\n\n') + 2, head.lastIndexOf('/**'))
  const copies = LETTERS.map((code) => `function ${nameOf(code)}(${body}`)
  const table = LETTERS.map((code) => `  ${code}: ${nameOf(code)},\n`)
  return `// Written by scripts/element-paths.js from element-path.js. Edit that.

${imports}${copies.join('\n')}
/** By typecode, the function that makes the class of its arrays. */
export const ELEMENT_PATHS = Object.freeze({
${table.join('')}})
`
}

const nameOf = (code) => `elementPath_${code}`
