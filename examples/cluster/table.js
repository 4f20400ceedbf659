import { MmapArray } from '../../index.js'

const LENGTH = 2 ** 22

/** What the table says; the judge of every answer. */
export const squareRoot = Math.sqrt

/** Anonymous memory with the square root of every index. */
export function makeTable() {
  const table = new MmapArray('d', undefined, { capacity: LENGTH })
  for (let number = 0; number < LENGTH; number++) table.append(squareRoot(number))
  return table
}

/** The same memory in a worker, which can only read it. */
export const attachTable = (handle) => MmapArray.attach(handle, { flags: 'r' })
