// .npy files that more than one holds: who attaches, who cuts or writes over them, who was killed in the middle of a change.
import fs from 'node:fs'
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { expectError } from './support/errors.js'
import { npyBytes, readNpy } from './support/npy.js'
import { startProcess, startThread } from './support/workers.js'
import { useScope } from './support/scope.js'
import { elements, encode, typecode } from './support/typecodes.js'

const scope = useScope()
const i = typecode('i')
const open = (...parameters) => scope.keep(MmapArray.open(...parameters))
const created = (items) => {
  const array = open(scope.path('new.npy'), 'i', { flags: 'wx+' })
  array.extend(items)
  return array
}
const said = (path) => readNpy(path, 4)
const counted = (path) => [...new Int32Array(new Uint8Array(said(path).data).buffer)]

describe('others', () => {
  const work = ({ MmapArray: Class, state }, handle) => {
    state.array = Class.attach(handle)
    state.array.append(50)
    state.array.insert(0, 40)
    return [state.array.format, state.array.typecode, state.array.tolist()]
  }

  test.each([
    ['a thread', startThread],
    ['a process', startProcess],
  ])('%s that attaches rewrites the count too', async (_, start) => {
    const array = created([1])
    const worker = start(scope)
    expect(await worker.run(work, array.handle())).toEqual(['npy', 'i', [40, 1, 50]])
    expect(counted(array.path)).toEqual([40, 1, 50])
    array.append(60)
    expect(counted(array.path)).toEqual([40, 1, 50, 60])
    expect(await worker.run(({ state }) => state.array.refresh())).toBe(4)
    await worker.run(({ state }) => state.array.close())
    array.pop()
    expect(counted(array.path)).toEqual([40, 1, 50])
  })

  test('the room that another array has reserved is not cut by who leaves slack behind', () => {
    const array = created(elements(i, 100))
    const other = scope.keep(MmapArray.attach(array.handle()))
    array.deleteSlice(10)
    other.reserve(5000)
    for (let n = 0; n < 4000; n++) other.append(n)
    array.close()
    expect([other.length, other.get(-1)]).toEqual([4010, 3999])
    other.close()
    expect(said(array.path)).toMatchObject({ count: 4010, size: 128 + 4 * 4010 })
  })

  test('handles of a file that holds other elements by now are stale', () => {
    const array = created([1, 2])
    const handle = array.handle()
    fs.writeFileSync(array.path, npyBytes({ descr: "'<f8'" }))
    expectError('ERR_STALE_HANDLE', () => MmapArray.attach(handle))
    expectError('ERR_INVALID_NPY', () => array.append(1))
    fs.writeFileSync(array.path, npyBytes({ shape: '(3, 1)' }))
    expectError('ERR_STALE_HANDLE', () => MmapArray.attach(handle))
    expectError('ERR_INVALID_ARG_TYPE', () => MmapArray.attach({ ...handle, format: 1 }))
    expectError('ERR_OUT_OF_RANGE', () => MmapArray.attach({ ...handle, format: 'x' }))
  })

  test('who cut the elements: what is left is counted by the next change', () => {
    const array = created([1, 2, 3, 4])
    fs.truncateSync(array.path, 128 + 9)
    expectError('ERR_INVALID_NPY', () => open(array.path))
    expect(array.refresh()).toBe(2)
    array.append(5)
    expect(counted(array.path)).toEqual([1, 2, 5])
    fs.truncateSync(array.path, 50)
    expectError('ERR_INVALID_NPY', () => array.refresh())
  })

  test('a header that a killed writer left half changed is read, and mended by the next', () => {
    const states = [
      [`(9,), }#`, 9],
      [`(9,), }# ", 'shape': (10,), }`, 9],
      [`"(9,), }# ", 'shape': (10,), }`, 10],
      [`"(10,), }#", 'shape': (10,), }`, 10],
      [`(10,), }#", 'shape': (10,), }`, 10],
    ]
    for (const [shape, count] of states) {
      const text = `{'descr': '<i4', 'fortran_order': False, 'shape':${shape.startsWith('"') ? '' : ' '}${shape}`
      const header = Buffer.from(`\x93NUMPY\x01\0\x76\0${text.padEnd(117)}\n`, 'latin1')
      const path = scope.file(Buffer.concat([header, encode(i, elements(i, 10))]))
      expect(open(path, undefined, { format: 'npy' }).tolist(), text).toEqual(elements(i, count))
      const array = open(path, undefined, { flags: 'r+', format: 'npy' })
      expect(said(path), text).toMatchObject({ count, size: 128 + 4 * count })
      array.append(1)
      expect(counted(path), text).toEqual([...elements(i, count), 1])
    }
  })
})
