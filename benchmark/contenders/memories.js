// The kinds of array that JavaScript can do the operations on: how a new one of so many elements comes into being.
import fs from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

/** An empty file of so many bytes that has no name any more, as a descriptor. */
function namelessFile(directory, bytes) {
  const path = join(directory, `nameless-${process.pid}-${files++}`)
  const file = fs.openSync(path, 'wx+')
  fs.ftruncateSync(file, bytes)
  return { file, path }
}
let files = 0

/** Packages that answer as mmap-io does. */
function mapByDescriptor(mmap) {
  const map = (file, bytes, protection) => mmap.map(bytes, protection, mmap.MAP_SHARED, file)
  return {
    make(View, n, directory) {
      const bytes = n * View.BYTES_PER_ELEMENT
      const { file, path } = namelessFile(directory, bytes)
      const { buffer, byteOffset } = map(file, bytes, mmap.PROT_READ | mmap.PROT_WRITE)
      fs.closeSync(file)
      fs.unlinkSync(path)
      return new View(buffer, byteOffset, n)
    },
    open(View, path) {
      const file = fs.openSync(path, 'r')
      const { buffer, byteOffset, length } = map(file, fs.fstatSync(file).size, mmap.PROT_READ)
      fs.closeSync(file)
      return new View(buffer, byteOffset, length / View.BYTES_PER_ELEMENT)
    },
  }
}

function mapByPath(bufferFromFile) {
  return {
    make(View, n, directory) {
      const { file, path } = namelessFile(directory, n * View.BYTES_PER_ELEMENT)
      fs.closeSync(file)
      const view = bufferFromFile(path)[View.name]()
      fs.unlinkSync(path)
      return view
    },
    open: (View, path) => bufferFromFile(path)[View.name](),
    release: (view) => bufferFromFile.unmap(view),
  }
}

const segments = (shm) => ({
  make(View, n) {
    const view = shm.create(n, View.name)
    if (view === null) throw new Error('shm-typed-array made no segment')
    return view
  },
  release: (view) => shm.destroy(view.key),
})

const PACKAGES = {
  'mmap-io': mapByDescriptor,
  '@raygun-nickj/mmap-io': mapByDescriptor,
  bufferfromfile: mapByPath,
  'shm-typed-array': segments,
}

const BUILT_IN = {
  'typed array': { make: (View, n) => new View(n) },
  SharedArrayBuffer: {
    make: (View, n) => new View(new SharedArrayBuffer(n * View.BYTES_PER_ELEMENT)),
  },
}

/** `folder` is where a package of others was installed. */
export function memoryOf(subject, folder) {
  if (!(subject in PACKAGES)) return BUILT_IN[subject]
  return PACKAGES[subject](createRequire(join(folder, 'package.json'))(subject))
}
