import { csvRecords } from './csv.js'

const LAST_ADDRESS = 0xffffffff

/**
 * The ranges of a file such as asn-ipv4-num.csv: first address, last address, network number, name. A missing name is ''.
 * They must be in ascending order of their first address, because everything here searches by bisection. Throws if they are not.
 *
 * Rows may overlap (in version 2.3.2026061719 one pair does). Then the tables and the plain search use the last row that starts
 * at or before the address.
 */
export function* ipRanges(text) {
  let number = 0
  let previousStart = 0
  for (const { fields, position } of csvRecords(text)) {
    number++
    const start = uint32(fields[0], number)
    const end = uint32(fields[1], number)
    const network = uint32(fields[2], number)
    if (end < start) throw new RangeError(`CSV record ${number}: the range ends at ${end}, before its start ${start}`)
    if (start < previousStart) throw new RangeError(`CSV record ${number}: ${start} comes after ${previousStart}`)
    previousStart = start
    yield { start, end, network, name: fields[3] ?? '', position }
  }
}

/** Addresses and network numbers are both unsigned 32-bit integers. */
function uint32(field, record) {
  const number = /^\d{1,10}$/.test(field) ? Number(field) : NaN
  if (!(number <= LAST_ADDRESS)) {
    throw new RangeError(`CSV record ${record}: expected a whole number from 0 to ${LAST_ADDRESS}. Received ${field}`)
  }
  return number
}
