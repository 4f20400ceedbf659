// Numbers short enough for an axis.

/** Four digits. */
export function shortNumber(value) {
  const short = Number(value.toPrecision(4))
  const size = Math.abs(short)
  return size !== 0 && (size < 1e-4 || size >= 1e9) ? short.toExponential() : String(short)
}
