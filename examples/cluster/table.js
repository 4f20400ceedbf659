import { MmapArray } from '../../index.js'

const LENGTH = 2 ** 22

/** The number that the table has at an index. The primary compares every answer with it. */
export const squareRoot = Math.sqrt

/** Anonymous memory with the square root of every index. */
export function makeTable() {
  const table = new MmapArray('d', undefined, { capacity: LENGTH })
  for (let number = 0; number < LENGTH; number++) table.append(squareRoot(number))
  return table
}

/** The same memory in a worker, for reading only. */
export const attachTable = (handle) => MmapArray.attach(handle, { flags: 'r' })
