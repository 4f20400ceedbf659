// The typecodes of the table, in each language.
export const ELEMENT_TYPES = {
  i: { View: Int32Array, c: 'int32_t' },
  I: { View: Uint32Array, c: 'uint32_t' },
  q: { View: BigInt64Array, c: 'int64_t' },
  f: { View: Float32Array, c: 'float' },
  d: { View: Float64Array, c: 'double' },
}
