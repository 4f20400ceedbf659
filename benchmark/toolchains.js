// Installs or finds what the subjects need: packages of npm and PyPI, kept in node_modules/.cache, and a C compiler. Each function
// returns `{ absent }`, the reason, if that fails.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ELEMENT_TYPES } from './sample.js'

const pathOf = (relative) => fileURLToPath(new URL(relative, import.meta.url))
const CACHE = pathOf('../node_modules/.cache/mmap-array')
const C_FLAGS = ['-O3', '-march=native']
const INSTALL_MS = 300_000

function run(command, args, options) {
  return spawnSync(command, args, { encoding: 'utf8', timeout: INSTALL_MS, ...options })
}

/** The most useful line of a failed command's output. */
function failureOf({ error, signal, stdout = '', stderr = '' }) {
  if (error) return error.message
  const lines = `${stderr}\n${stdout}`.split('\n').map((line) => line.trim())
  const telling = lines.find((line) => /\b(fatal error|error:|Error:|E\d{3}\b|No module)/.test(line))
  return (telling ?? lines.find((line) => line !== '') ?? `it ended by ${signal}`).slice(0, 160)
}

export function npmPackage(name, mayInstall) {
  const folder = join(CACHE, `npm-${name.replaceAll(/\W+/g, '-')}-${process.arch}-${process.versions.modules}`)
  const manifest = join(folder, 'node_modules', name, 'package.json')
  if (!existsSync(manifest)) {
    if (!mayInstall) return { absent: 'not installed, and --no-install was given' }
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'package.json'), '{}')
    // Headers of Node.js need C++20 from 24 on, which none of these packages asks for.
    const env = { ...process.env, CXXFLAGS: '-std=gnu++20' }
    const args = ['install', '--no-audit', '--no-fund', '--no-save', '--ignore-scripts=false', name]
    const installed = run('npm', args, { cwd: folder, env })
    if (installed.status !== 0) return { absent: `npm install failed: ${failureOf(installed)}` }
  }
  const loaded = run(process.execPath, ['-e', `require(${JSON.stringify(name)})`], { cwd: folder })
  if (loaded.status !== 0) return { absent: `it does not load: ${failureOf(loaded)}` }
  return { folder, version: JSON.parse(readFileSync(manifest, 'utf8')).version }
}

/** A Python, with the value of an expression as its version. */
export function python(command = 'python3', version = "p.python_implementation() + ' ' + p.python_version()") {
  const found = run(command, ['-c', `import platform as p, importlib.metadata as m; print(${version})`])
  return found.status === 0 ? { python: command, version: found.stdout.trim() } : { absent: failureOf(found) }
}

/** A Python that can import a module; `pipArguments` are further arguments of its installation. */
export function pythonWith(module, pipArguments, mayInstall) {
  const options = mayInstall ? [] : ['--no-install']
  const environment = [
    pathOf('../__test__/python/python_environment.py'),
    ...options,
    join(CACHE, `${module}-${process.arch}`),
  ]
  const made = run('python3', ['-B', ...environment, module, ...pipArguments])
  if (made.status !== 0) return { absent: failureOf(made) }
  return python(made.stdout.trim(), `m.version('${module}') + ' on ' + p.python_version()`)
}

/**
 * A library with a function for each step of C and each element type.
 * @param {Array<{ name: string, typecode: string, code: string, returns: string }>} functions
 */
export function cLibrary(functions, scratch) {
  const [source, library] = [join(scratch, 'steps.c'), join(scratch, 'steps.so')]
  const text = functions.map(
    ({ name, typecode, code, returns }) => `
#undef T
#define T ${ELEMENT_TYPES[typecode].c}
${returns} ${name}(struct the *the) { T *a = the->array; size_t n = the->n; (void)a; (void)n; ${code} }`,
  )
  writeFileSync(source, `#include "${pathOf('subject.c')}"\n${text.join('\n')}`)
  const compiled = run('gcc', [...C_FLAGS, '-shared', '-fPIC', '-o', library, source])
  if (compiled.status !== 0) return { absent: `gcc: ${failureOf(compiled)}` }
  return { library, version: `gcc ${run('gcc', ['-dumpfullversion']).stdout.trim()} ${C_FLAGS.join(' ')}` }
}

/** A program in C, or undefined if nothing compiles it. */
export function cProgram(url, scratch) {
  const program = join(scratch, 'program')
  return run('gcc', ['-O2', '-o', program, fileURLToPath(url)]).status === 0 ? program : undefined
}
