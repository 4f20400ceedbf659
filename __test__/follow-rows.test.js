// follow() of arrays of several dimensions: parts are whole rows, also if the file ends inside one for a moment.
import fs from 'node:fs'
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { expectError } from './support/errors.js'
import { useScope } from './support/scope.js'

const scope = useScope()
const bytesOf = (...values) => Buffer.from(Int32Array.from(values).buffer)
const shape = [-1, 3]

/** An array of rows of three over a file with some elements. */
const matrixOf = (...values) => scope.keep(MmapArray.open(scope.file(bytesOf(...values)), 'i', { shape }))

/** An iterator that ends with the test. */
function following(array, options) {
  const iterator = array.follow(options)
  scope.atEnd(() => iterator.return())
  return iterator
}

const valueOf = async (next) => (await next).value

describe('follow of rows', () => {
  test('waits for the rest of a row', async () => {
    const array = matrixOf(1, 2, 3, 4)
    const iterator = following(array, { from: 'start' })
    expect(await valueOf(iterator.next())).toEqual(Int32Array.of(1, 2, 3))
    const next = iterator.next()
    fs.appendFileSync(array.path, bytesOf(5, 6, 7))
    expect(await valueOf(next)).toEqual(Int32Array.of(4, 5, 6))
  })

  // What an append that was killed leaves, the next one removes.
  test('never gives a part of a row that is taken back', async () => {
    const array = matrixOf(1, 2, 3, 4)
    const iterator = following(array, { from: 'start' })
    expect(await valueOf(iterator.next())).toEqual(Int32Array.of(1, 2, 3))
    scope.keep(MmapArray.open(array.path, 'i', { flags: 'r+', shape, tail: 'cut' })).append([7, 8, 9])
    expect(await valueOf(iterator.next())).toEqual(Int32Array.of(7, 8, 9))
  })

  test.each([
    [1, 3],
    [4, 3],
    [8, 6],
    [undefined, 9],
  ])('with batch: %s gives parts of %s elements', async (batch, length) => {
    const iterator = following(matrixOf(1, 2, 3, 4, 5, 6, 7, 8, 9), { from: 'start', batch })
    expect(await valueOf(iterator.next())).toHaveLength(length)
  })

  test('gives whole rows by default, if a mebibyte is none', async () => {
    const array = scope.keep(MmapArray.open(scope.file(Buffer.alloc(2 ** 20 + 2)), 'B', { shape }))
    expect(await valueOf(following(array, { from: 'start' }).next())).toHaveLength(2 ** 20 - 1)
  })

  test('from inside a row throws', async () => {
    const array = matrixOf(1, 2, 3, 4, 5, 6)
    for (const from of [1, 5, -1, 7]) expectError('ERR_PARTIAL_ROW', () => array.follow({ from }))
    expect(await valueOf(following(array, { from: -3 }).next())).toEqual(Int32Array.of(4, 5, 6))
  })

  test('goes on with the whole rows of a file that replaced its own', async () => {
    const array = matrixOf(1, 2, 3)
    const iterator = following(array, { replaced: 'reopen' })
    const next = iterator.next()
    fs.renameSync(scope.file(bytesOf(4, 5, 6, 7)), array.path)
    expect(await valueOf(next)).toEqual(Int32Array.of(4, 5, 6))
  })

  test('replaced by a .npy file of other rows rejects', async () => {
    const path = scope.path('a.npy')
    const array = scope.keep(MmapArray.open(path, 'i', { flags: 'wx+', shape }))
    const next = following(array, { replaced: 'reopen' }).next()
    const rejected = expect(next).rejects.toThrow(expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' }))
    await MmapArray.replace(path, 'i', (other) => other.append([1, 2]), { shape: [-1, 2] })
    await rejected
  })

  test('in Fortran order gives all elements', async () => {
    const text = "{'descr': '<i4', 'fortran_order': True, 'shape': (2, 3), }".padEnd(117)
    const header = Buffer.from(`\x93NUMPY\x01\x00v\x00${text}\n`, 'latin1')
    const file = scope.file(Buffer.concat([header, bytesOf(1, 2, 3, 4, 5, 6)]), 'f.npy')
    const part = await valueOf(following(scope.keep(MmapArray.open(file)), { from: 1, batch: 4 }).next())
    expect(part).toEqual(Int32Array.of(2, 3, 4, 5))
  })
})
