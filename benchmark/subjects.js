// The subjects. `steps` are the keys of an operation that may hold a subject's step, the most specific first. If a subject is not
// available, `absent` is the reason, and the record lists it.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { nodeProgram } from './comparison.js'
import { OPERATIONS, TYPECODES, stepOf } from './operations.js'
import { cLibrary, npmPackage, python, pythonWith } from './toolchains.js'

export const OURS = 'MmapArray'
/** The bound of the machine, not a competitor. */
export const BOUND = 'C'

/** All subjects, ours first; or only those that Node.js brings along, whose speed depends on its engine. */
export function findSubjects({ scratch, mayInstall, rehearsals, isEngineOnly }) {
  const inNode = (name, steps, found) => ({
    name,
    steps,
    version: `Node.js ${process.versions.node}`,
    program: nodeProgram(new URL('subject.js', import.meta.url), { subject: name, folder: found?.folder, rehearsals }),
    ...found,
  })
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  const engine = [
    inNode(OURS, [OURS], { version }),
    inNode('reserved MmapArray', ['reserved MmapArray'], { version }),
    inNode('typed array', ['typed array']),
    inNode('Array', ['Array']),
    inNode('SharedArrayBuffer', ['SharedArrayBuffer', 'typed array']),
    inNode('fs.writeSync', ['fs.writeSync']),
  ]
  if (isEngineOnly) return engine
  const npm = (name) => ({
    ...inNode(name, [name, 'mapped', 'typed array'], npmPackage(name, mayInstall)),
    isPackage: true,
  })
  const inPython = (name, steps, found) => ({ name, steps, program: pythonProgram(found.python, name), ...found })
  const numpy = pythonWith('numpy', ['--only-binary', ':all:'], mayInstall)
  // cffi compiles it when it is first imported.
  const mmaparray = pythonWith('mmap_backed_array', ['cffi', 'setuptools'], mayInstall)
  return [
    ...engine,
    ...['mmap-io', '@raygun-nickj/mmap-io', 'bufferfromfile', 'shm-typed-array'].map(npm),
    inPython('array', ['array'], python()),
    inPython('mmap_backed_array', ['mmap_backed_array', 'array'], mmaparray),
    inPython('NumPy', ['NumPy'], numpy),
    inPython('np.memmap', ['np.memmap', 'NumPy'], numpy),
    subjectInC(scratch),
  ]
}

/** Settings that keep an old OpenBLAS alive on new processors slow NumPy down. */
const NATIVE_BLAS = { OPENBLAS_CORETYPE: undefined, OPENBLAS_L2_SIZE: undefined }

function pythonProgram(command, ...args) {
  return { command, args: ['-B', fileURLToPath(new URL('subject.py', import.meta.url)), ...args], env: NATIVE_BLAS }
}

/** A program in Python calls its compiled steps: a task has the names of their functions. */
function subjectInC(scratch) {
  const subject = { name: BOUND, steps: [BOUND] }
  const functions = OPERATIONS.flatMap((operation, index) =>
    (operation.typecodes ?? TYPECODES).flatMap((typecode) =>
      Object.entries(stepOf(operation, subject) ?? {}).map(([phase, code]) => ({
        name: cName(index, typecode, phase),
        typecode,
        code,
        returns: phase === 'round' ? 'struct result' : 'void',
      })),
    ),
  )
  const { absent } = python()
  const found = absent ? { absent } : cLibrary(functions, scratch)
  return { ...subject, program: pythonProgram('python3', BOUND, found.library), ...found }
}

export const cName = (index, typecode, phase) => `operation_${index}_${typecode}_${phase}`
