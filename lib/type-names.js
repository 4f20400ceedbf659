// The names of element types, each with its typecode: what users may write for one, in this package and in its command line tool.

/**
 * The first name is the clearest one. A number in a bare name counts bits, as in Rust: i8 is one byte. Behind NumPy's mark it counts bytes:
 * <i8 is eight.
 */
export const NAMES = {
  b: ['int8', 'i8', 'Int8Array', '|i1', '<i1'],
  B: ['uint8', 'u8', 'Uint8Array', '|u1', '<u1'],
  h: ['int16', 'i16', 'Int16Array', '<i2'],
  H: ['uint16', 'u16', 'Uint16Array', '<u2'],
  i: ['int32', 'i32', 'Int32Array', '<i4'],
  I: ['uint32', 'u32', 'Uint32Array', '<u4'],
  q: ['int64', 'i64', 'BigInt64Array', '<i8'],
  Q: ['uint64', 'u64', 'BigUint64Array', '<u8'],
  e: ['float16', 'f16', 'Float16Array', '<f2'],
  f: ['float32', 'f32', 'Float32Array', '<f4'],
  d: ['float64', 'f64', 'Float64Array', '<f8'],
  Zf: ['complex64', '<c8'],
  Zd: ['complex128', '<c16'],
  c: ['latin1', '|S1'],
  w: ['ucs4', '<U1'],
}

const CODES = new Map(Object.entries(NAMES).flatMap(([code, names]) => names.map((name) => [name, code])))

/** @returns {string | undefined} the typecode of a name; undefined for other values, such as typecodes */
export const codeOfName = (name) => CODES.get(name)

/** @returns {string} the clearest name of a typecode */
export const nameOf = (code) => (NAMES[code] ?? { l: NAMES.q, L: NAMES.Q, u: NAMES.w }[code])[0]
