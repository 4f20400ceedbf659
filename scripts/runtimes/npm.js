// Runtimes whose binaries come in npm packages, one package for each system.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cached } from '../cache.js'
import { step } from '../steps.js'

/** `{ command }` of a runtime. */
export async function npmProgram(name, { label, version, package: from, program }) {
  const folder = await cached(`${name.split('@', 1)[0]}-${version}`, (folder) => {
    npmInstall(folder, `${label} ${version}`, `${from}@${version}`)
  })
  return { command: join(folder, 'node_modules', from, program) }
}

export function npmInstall(folder, title, ...specifiers) {
  writeFileSync(join(folder, 'package.json'), '{}')
  step(`fetching ${title}`, 'npm', ['install', '--no-save', '--ignore-scripts', '--force', ...specifiers], {
    cwd: folder,
  })
}
