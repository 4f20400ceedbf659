// Changes programs and libraries for 64-bit Linux, as files, so that they run on a musl that is not installed.
import { readFileSync, writeFileSync } from 'node:fs'

/** Kinds of program headers, and of entries of the dynamic section. */
const PT = { LOAD: 1, DYNAMIC: 2, INTERP: 3, NOTE: 4 }
const DT = { RELA: 7, RELASZ: 8, RELRSZ: 35, RELR: 36 }
/** How a machine calls a relocation that adds the address of the library. */
const RELATIVE = { 62: 8, 183: 1027 }
const PAGE = 65_536
const RELA_BYTES = 24

/** Has a program loaded by another loader. The name is put at the end of the file, so it may be of any length. */
export function setLoader(file, loader) {
  const bytes = readFileSync(file)
  const name = Buffer.from(`${loader}\0`)
  const { at } = headersOf(bytes).find(({ type }) => type === PT.INTERP)
  bytes.writeBigUInt64LE(BigInt(bytes.length), at + 8)
  bytes.writeBigUInt64LE(BigInt(name.length), at + 32)
  writeFileSync(file, Buffer.concat([bytes, name]))
}

/**
 * Writes the relocations of a library that are in the short form (RELR) in the long form (RELA): musl knows the short one
 * since 1.2.4 only, and leaves it out before without a word. A library without short ones stays as it is.
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
  const places = placesOf(Array.from({ length: shortWords }, (_, i) => bytes.readBigUInt64LE(short + 8 * i)))
  const expanded = Buffer.alloc(places.length * RELA_BYTES)
  const type = BigInt(RELATIVE[bytes.readUInt16LE(18)])
  for (const [i, place] of places.entries()) {
    expanded.writeBigUInt64LE(BigInt(place), i * RELA_BYTES)
    expanded.writeBigUInt64LE(type, i * RELA_BYTES + 8)
    bytes.copy(expanded, i * RELA_BYTES + 16, offsetOf(place), offsetOf(place) + 8)
  }
  const long = offsetOf(dynamic.get(DT.RELA).value)
  const table = Buffer.concat([expanded, bytes.subarray(long, long + dynamic.get(DT.RELASZ).value)])

  // The table goes to the end of the file, on pages of its own behind all others. They take the header of a note.
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
  // A loader that knows the short ones would apply them once more.
  bytes.writeBigUInt64LE(0n, dynamic.get(DT.RELRSZ).at)
  writeFileSync(file, Buffer.concat([bytes, Buffer.alloc(offset - bytes.length), table]))
}

const number = (bytes, at) => Number(bytes.readBigUInt64LE(at))

/** The program headers, and where in the file each is. */
function headersOf(bytes) {
  const [first, each, count] = [number(bytes, 32), bytes.readUInt16LE(54), bytes.readUInt16LE(56)]
  return Array.from({ length: count }, (_, i) => {
    const at = first + i * each
    const [offset, start, , size, memory] = [8, 16, 24, 32, 40].map((field) => number(bytes, at + field))
    return { at, type: bytes.readUInt32LE(at), offset, start, size, memory }
  })
}

/** The entries of the dynamic section that hold one value each, and where in the file that is. */
function dynamicOf(bytes, headers) {
  const { offset, size } = headers.find(({ type }) => type === PT.DYNAMIC)
  const entries = new Map()
  for (let at = offset; at < offset + size; at += 16)
    entries.set(number(bytes, at), { at: at + 8, value: number(bytes, at + 8) })
  return entries
}

/** The addresses that short relocations name: an even word is one, an odd word has a bit for each of the next 63. */
function placesOf(words) {
  const places = []
  let next = 0
  for (const word of words) {
    if ((word & 1n) === 0n) {
      places.push(Number(word))
      next = Number(word) + 8
      continue
    }
    for (let bit = 1; bit < 64; bit++) if ((word >> BigInt(bit)) & 1n) places.push(next + 8 * (bit - 1))
    next += 8 * 63
  }
  return places
}
