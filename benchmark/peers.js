// Whom an operation is compared with. `kinds` are the keys under which an operation may hold a peer's step, the most special
// first. Where a peer cannot be had, `absent` says why: it stays in the table of those that were asked for.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { cProgram } from './provisions/c-program.js'
import { npmPackage } from './provisions/npm-packages.js'
import { pythonWith, systemPython } from './provisions/python.js'
import { PYTHON_KINDS } from './python-kinds.js'

const contender = (file) => fileURLToPath(new URL(`contenders/${file}`, import.meta.url))

const inNode = (name, kinds, found = {}) => ({
  name,
  language: 'js',
  kinds,
  version: `Node.js ${process.versions.node}`,
  start: ({ sizes }) => ({
    command: process.execPath,
    args: [
      '--expose-gc',
      contender('operations.js'),
      JSON.stringify({ subject: name, kinds, folder: found.folder, rehearsals: sizes.rehearsals }),
    ],
  }),
  ...found,
})

const inPython = (name, found) => ({
  name,
  language: 'python',
  kinds: PYTHON_KINDS[name],
  start: ({ steps }) => ({
    command: found.python,
    args: ['-B', contender('operations.py'), steps, name],
    env: NATIVE_BLAS,
  }),
  ...found,
})

/** Settings that keep an old OpenBLAS alive on new processors slow NumPy down. */
const NATIVE_BLAS = { OPENBLAS_CORETYPE: undefined, OPENBLAS_L2_SIZE: undefined }

const ownVersion = () => JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version

const MAPPED = ['mapped', 'typed array']

/**
 * All of them, ours first, those that are absent too.
 */
export function findPeers({ scratch, mayInstall }) {
  const npm = (name, extra) => inNode(name, [name, ...MAPPED], { ...npmPackage(name, { mayInstall }), ...extra })
  const numpy = pythonWith('numpy', ['--only-binary', ':all:'], { mayInstall })
  // cffi compiles it when it is first imported
  const seed = pythonWith('mmap_backed_array', ['cffi', 'setuptools'], { mayInstall })
  const c = cProgram(scratch)
  return [
    inNode('MmapArray', ['MmapArray'], { version: ownVersion() }),
    inNode('typed array', ['typed array']),
    inNode('Array', ['Array']),
    inNode('SharedArrayBuffer', ['SharedArrayBuffer', 'typed array']),
    npm('mmap-io'),
    npm('@raygun-nickj/mmap-io', { isOneMore: true }),
    npm('bufferfromfile', { isOneMore: true }),
    npm('shm-typed-array', { isOneMore: true }),
    inPython('array', systemPython()),
    inPython('mmap_backed_array', seed),
    inPython('NumPy', numpy),
    inPython('np.memmap', numpy),
    { name: 'C', language: 'c', kinds: ['C'], start: () => ({ command: c.program, args: [] }), ...c },
  ]
}
