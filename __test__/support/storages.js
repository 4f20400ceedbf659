// The places an array can live in, each with a maker: (type, items, scope) -> an array that holds them and may change its length.
import fs from 'node:fs'
import { MmapArray } from '../../index.js'
import { readNpy } from './npy.js'
import { encode } from './typecodes.js'

const HEADER = Buffer.alloc(16, 0xaa)

function openFile(type, items, scope, options = {}, header = Buffer.alloc(0)) {
  const file = scope.file(Buffer.concat([header, encode(type, items)]))
  return scope.keep(MmapArray.open(file, type.code, { flags: 'r+', ...options }))
}

function npyFile(type, items, scope) {
  const array = scope.keep(MmapArray.open(scope.path(), type.code, { flags: 'wx+', format: 'npy' }))
  array.frombytes(encode(type, items))
  return array
}

function withRoom(array) {
  array.reserve(array.length + 64)
  return array
}

/** The elements that a .npy file counts; or that are in it and counted later, as an array that a test reserves has them. */
function countedBytes(array) {
  const counted = readNpy(array.path, array.itemsize).data
  return fs.readFileSync(array.path).subarray(128, 128 + Math.max(counted.length, array.byteLength))
}

export const STORAGES = [
  {
    name: 'anonymous',
    exact: false,
    make: (type, items, scope) => scope.keep(new MmapArray(type.code, items)),
  },
  {
    name: 'anonymous, handle taken',
    exact: true,
    make(type, items, scope) {
      const array = scope.keep(new MmapArray(type.code, items))
      array.handle()
      return array
    },
  },
  {
    name: 'file',
    exact: true,
    make: (type, items, scope) => openFile(type, items, scope),
    onDisk: (array) => fs.readFileSync(array.path),
  },
  {
    name: 'file, reserved',
    exact: false,
    make: (type, items, scope) => withRoom(openFile(type, items, scope)),
    onDisk: (array) => fs.readFileSync(array.path),
  },
  {
    name: 'file behind a header',
    exact: true,
    make: (type, items, scope) => openFile(type, items, scope, { offset: HEADER.length }, HEADER),
    onDisk(array) {
      const bytes = fs.readFileSync(array.path)
      if (!bytes.subarray(0, HEADER.length).equals(HEADER)) throw new Error('the header was written over')
      return bytes.subarray(HEADER.length)
    },
  },
  {
    name: '.npy file',
    exact: true,
    /** what is cut off stays in the file until trim() */
    leavesSlack: true,
    make: (type, items, scope) => npyFile(type, items, scope),
    onDisk: countedBytes,
  },
  {
    name: '.npy file, reserved',
    exact: false,
    make: (type, items, scope) => withRoom(npyFile(type, items, scope)),
    onDisk: countedBytes,
  },
  {
    name: 'attached to a .npy file',
    exact: true,
    leavesSlack: true,
    make: (type, items, scope) => scope.keep(MmapArray.attach(npyFile(type, items, scope).handle())),
    onDisk: countedBytes,
  },
  {
    name: 'attached to an anonymous array',
    exact: true,
    make(type, items, scope) {
      const owner = scope.keep(new MmapArray(type.code, items))
      return scope.keep(MmapArray.attach(owner.handle()))
    },
  },
  {
    name: 'attached to a file',
    exact: true,
    make(type, items, scope) {
      const owner = openFile(type, items, scope)
      return scope.keep(MmapArray.attach(owner.handle()))
    },
    onDisk: (array) => fs.readFileSync(array.path),
  },
]

/** With those that differ from a file in how they are opened alone: for the suites that are to pay for them. */
export const ALL_STORAGES = [
  ...STORAGES,
  {
    name: 'named memory',
    exact: true,
    make(type, items, scope) {
      const name = `mmap-array-test-${process.pid}-${names++}`
      const array = scope.keep(MmapArray.openShm(name, type.code, { flags: 'wx+' }))
      scope.atEnd(() => MmapArray.unlinkShm(name))
      array.frombytes(encode(type, items))
      return array
    },
    onDisk: (array) => fs.readFileSync(array.path),
  },
  {
    name: 'file by its descriptor',
    exact: true,
    make(type, items, scope) {
      const file = fs.openSync(scope.file(encode(type, items)), 'r+')
      const array = scope.keep(MmapArray.fromFd(file, type.code, { flags: 'r+' }))
      fs.closeSync(file)
      return array
    },
    onDisk: (array) => fs.readFileSync(`/proc/self/fd/${array.fd}`),
  },
]
let names = 0

export const storage = (name) => STORAGES.find((row) => row.name === name)
