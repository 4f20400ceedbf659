// Makes the declarations for TypeScript up to 5.6 from index.d.ts. There typed arrays have no type parameter for their memory, so
// `Float64Array<ArrayBuffer>` becomes `Float64Array`. package.json names the file for these versions. generated.js writes it.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './toolchain.js'

const SOURCE = join(ROOT, 'index.d.ts')

/** A typed array or a DataView with the type of its memory. */
const WITH_MEMORY = /\b((?:Int|Uint|BigInt|BigUint|Float)\d+Array|DataView)<\w+>/g

/** The text of the generated file. */
export function oldDeclarations() {
  const text = readFileSync(SOURCE, 'utf8').replaceAll(WITH_MEMORY, '$1')
  return `// Written by scripts/declarations.js from index.d.ts. Edit that.\n${text}`
}
