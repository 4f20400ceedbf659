// Copies the function of lib/element-path.js once for each typecode, into lib/element-paths.generated.js.
//
//   node scripts/element-paths.js     writes the file if it is missing or out of date
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { TYPECODE_LETTERS } from '../lib/typecodes.js'
import { ROOT, SetupError } from './toolchain.js'

const TEMPLATE = join(ROOT, 'lib', 'element-path.js')
const GENERATED = join(ROOT, 'lib', 'element-paths.generated.js')
/** The beginning of the function, which is the last thing in the file. */
const FUNCTION = 'export function elementPath('

/** The text of the generated file. */
export function elementPaths() {
  const template = readFileSync(TEMPLATE, 'utf8')
  const [head, body, ...more] = template.split(FUNCTION)
  if (body === undefined || more.length > 0) throw new SetupError(`${TEMPLATE} must have one '${FUNCTION}'.`)
  // The head without the text about the template, which ends at the first blank line, and without the comment of the function.
  const imports = head.slice(head.indexOf('\n\n') + 2, head.lastIndexOf('/**'))
  const copies = Array.from(TYPECODE_LETTERS, (code) => `function ${nameOf(code)}(${body}`)
  const table = Array.from(TYPECODE_LETTERS, (code) => `  ${code}: ${nameOf(code)},\n`)
  return `// Written by scripts/element-paths.js from element-path.js. Edit that.

${imports}${copies.join('\n')}
/** By typecode, the function that makes the class of its arrays. */
export const ELEMENT_PATHS = Object.freeze({
${table.join('')}})
`
}

const nameOf = (code) => `elementPath_${code}`

export function setUpElementPaths() {
  const text = elementPaths()
  if (existsSync(GENERATED) && readFileSync(GENERATED, 'utf8') === text) return
  // Written under another name first, so that nobody imports half of it.
  const unfinished = `${GENERATED}.${process.pid}`
  writeFileSync(unfinished, text)
  renameSync(unfinished, GENERATED)
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) setUpElementPaths()
