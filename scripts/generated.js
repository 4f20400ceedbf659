// Writes the files that scripts generate from others. Git ignores them, and every set-up writes those that are missing or out of date.
//
//   node scripts/generated.js
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { oldDeclarations } from './declarations.js'
import { elementPaths } from './element-paths.js'
import { recordAccessors } from './record-accessors.js'
import { ROOT } from './toolchain.js'

/** By path, the function that makes the text. */
const FILES = {
  'lib/element-paths.generated.js': elementPaths,
  'lib/record-accessors.generated.js': recordAccessors,
  'typescript-5.6.d.ts': oldDeclarations,
}

export function setUpGenerated() {
  for (const [path, makeText] of Object.entries(FILES)) writeIfOther(join(ROOT, path), makeText())
}

function writeIfOther(path, text) {
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return
  // Written under another name first, so that nobody imports half of it.
  const unfinished = `${path}.${process.pid}`
  writeFileSync(unfinished, text)
  renameSync(unfinished, path)
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) setUpGenerated()
