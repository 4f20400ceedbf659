// .npy files made by hand, byte by byte, as NumPy's format says; nothing of the addon's.
import fs from 'node:fs'

const MAGIC = Buffer.from('\x93NUMPY', 'latin1')

/** How NumPy's files name the type of a typecode. */
export const DTYPES = {
  ...{ b: '|i1', B: '|u1', h: '<i2', H: '<u2', i: '<i4', I: '<u4', l: '<i8', L: '<u8', q: '<i8', Q: '<u8' },
  ...{ e: '<f2', f: '<f4', d: '<f8', c: '|S1', u: '<U1', w: '<U1', Zf: '<c8', Zd: '<c16' },
}

/** A header of any text. */
export function headerOf(text, { version = [1, 0], length = Buffer.byteLength(text, 'latin1') } = {}) {
  const size = Buffer.alloc(version[0] === 1 ? 2 : 4)
  if (version[0] === 1) size.writeUInt16LE(length)
  else size.writeUInt32LE(length)
  return Buffer.concat([MAGIC, Buffer.from(version), size, Buffer.from(text, 'latin1')])
}

/** The text of a header: Python's literals, padded so that all of it is a multiple of a number of bytes. */
export function textOf(
  { descr = "'<i4'", fortran = 'False', shape = '(3,)' } = {},
  { version = [1, 0], align = 64 } = {},
) {
  const text = `{'descr': ${descr}, 'fortran_order': ${fortran}, 'shape': ${shape}, }`
  const start = version[0] === 1 ? 10 : 12
  const total = Math.ceil((start + text.length + 1) / align) * align
  return `${text.padEnd(total - start - 1)}\n`
}

/** A whole file; its data are zeros, unless told. */
export function npyBytes(facts, { data = Buffer.alloc(64), ...layout } = {}) {
  return Buffer.concat([headerOf(textOf(facts, layout), layout), data])
}

/** The count of a row in the form that NumPy writes, and the bytes it counts: { count, header, start, data, size }. */
export function readNpy(path, itemsize) {
  const bytes = fs.readFileSync(path)
  const [textStart, length] = bytes[6] === 1 ? [10, bytes.readUInt16LE(8)] : [12, bytes.readUInt32LE(8)]
  const start = textStart + length
  const header = bytes.toString('latin1', textStart, start)
  const [, count] = /'shape': \((\d+),\), } *\n$/.exec(header)
  return {
    count: Number(count),
    header,
    start,
    data: bytes.subarray(start, start + count * itemsize),
    size: bytes.length,
  }
}
