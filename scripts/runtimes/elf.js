// Changes the files of programs and libraries for 64-bit Linux, so that they run with a musl that is not installed.
import { readFileSync, writeFileSync } from 'node:fs'

/** Kinds of program headers, and of entries of the dynamic section. */
const PT = { LOAD: 1, DYNAMIC: 2, INTERP: 3, NOTE: 4 }
const DT = { RELA: 7, RELASZ: 8, RELRSZ: 35, RELR: 36 }
/** By machine, the type of a relocation that adds the address of the library. */
const RELATIVE = { 62: 8, 183: 1027 }
const PAGE = 65_536
const RELA_BYTES = 24

/** Sets the loader of a program. The name is added at the end of the file, so it may have any length. */
export function setLoader(file, loader) {
  const bytes = readFileSync(file)
  const name = Buffer.from(`${loader}\0`)
  const { at } = headersOf(bytes).find(({ type }) => type === PT.INTERP)
  bytes.writeBigUInt64LE(BigInt(bytes.length), at + 8)
  bytes.writeBigUInt64LE(BigInt(name.length), at + 32)
  writeFileSync(file, Buffer.concat([bytes, name]))
}

/**
 * Converts the short relocations of a library (RELR) to the long form (RELA), because musl before 1.2.4 silently ignores the
 * short form. Does not change a library without short relocations.
 */
export function expandRelocations(file) {
  const bytes = readFileSync(file)
  const headers = headersOf(bytes)
  const loads = headers.filter(({ type }) => type === PT.LOAD)
  const offsetOf = (address) => {
    const load = loads.find(({ start, size }) => address >= start && address < start + size)
    return load.offset + address - load.start
  }
  const dynamic = dynamicOf(bytes, headers)
  if (!dynamic.has(DT.RELR)) return

  const short = offsetOf(dynamic.get(DT.RELR).value)
  const shortWords = dynamic.get(DT.RELRSZ).value / 8
  const addresses = addressesOf(Array.from({ length: shortWords }, (_, i) => bytes.readBigUInt64LE(short + 8 * i)))
  const expanded = Buffer.alloc(addresses.length * RELA_BYTES)
  const type = BigInt(RELATIVE[bytes.readUInt16LE(18)])
  for (const [i, address] of addresses.entries()) {
    expanded.writeBigUInt64LE(BigInt(address), i * RELA_BYTES)
    expanded.writeBigUInt64LE(type, i * RELA_BYTES + 8)
    bytes.copy(expanded, i * RELA_BYTES + 16, offsetOf(address), offsetOf(address) + 8)
  }
  const long = offsetOf(dynamic.get(DT.RELA).value)
  const table = Buffer.concat([expanded, bytes.subarray(long, long + dynamic.get(DT.RELASZ).value)])

  // The table is added at the end of the file, on its own pages behind all others. It uses the program header of a note.
  const offset = Math.ceil(bytes.length / PAGE) * PAGE
  const end = Math.max(...loads.map(({ start, memory }) => start + memory))
  const address = Math.ceil(end / PAGE) * PAGE
  const READ = 4
  const { at } = headers.find((header) => header.type === PT.NOTE)
  bytes.writeUInt32LE(PT.LOAD, at)
  bytes.writeUInt32LE(READ, at + 4)
  const words = [offset, address, address, table.length, table.length, PAGE]
  for (const [i, word] of words.entries()) bytes.writeBigUInt64LE(BigInt(word), at + 8 + 8 * i)
  bytes.writeBigUInt64LE(BigInt(address), dynamic.get(DT.RELA).at)
  bytes.writeBigUInt64LE(BigInt(table.length), dynamic.get(DT.RELASZ).at)
  // Otherwise a loader that knows the short form would apply them again.
  bytes.writeBigUInt64LE(0n, dynamic.get(DT.RELRSZ).at)
  writeFileSync(file, Buffer.concat([bytes, Buffer.alloc(offset - bytes.length), table]))
}

const number = (bytes, at) => Number(bytes.readBigUInt64LE(at))

/** The program headers, and the position of each in the file. */
function headersOf(bytes) {
  const [first, each, count] = [number(bytes, 32), bytes.readUInt16LE(54), bytes.readUInt16LE(56)]
  return Array.from({ length: count }, (_, i) => {
    const at = first + i * each
    const [offset, start, , size, memory] = [8, 16, 24, 32, 40].map((field) => number(bytes, at + field))
    return { at, type: bytes.readUInt32LE(at), offset, start, size, memory }
  })
}

/** The entries of the dynamic section, and the position of each value in the file. */
function dynamicOf(bytes, headers) {
  const { offset, size } = headers.find(({ type }) => type === PT.DYNAMIC)
  const entries = new Map()
  for (let at = offset; at < offset + size; at += 16)
    entries.set(number(bytes, at), { at: at + 8, value: number(bytes, at + 8) })
  return entries
}

/** The addresses of short relocations: an even word is an address, an odd word has a bit for each of the next 63 words. */
function addressesOf(words) {
  const addresses = []
  let next = 0
  for (const word of words) {
    if ((word & 1n) === 0n) {
      addresses.push(Number(word))
      next = Number(word) + 8
      continue
    }
    for (let bit = 1; bit < 64; bit++) if ((word >> BigInt(bit)) & 1n) addresses.push(next + 8 * (bit - 1))
    next += 8 * 63
  }
  return addresses
}
