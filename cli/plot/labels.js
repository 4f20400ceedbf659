// Numbers short enough for an axis.

/** The most characters of a label. */
export const LABEL = 10

/** Four digits, or as many as fit. */
export function shortNumber(value) {
  const short = Number(value.toPrecision(4))
  // Rounded up, the largest doubles are no doubles.
  if (!Number.isFinite(short) && Number.isFinite(value)) return value.toPrecision(value < 0 ? 3 : 4)
  const size = Math.abs(short)
  const text = size !== 0 && (size < 1e-4 || size >= 1e9) ? short.toExponential() : String(short)
  return text.length <= LABEL ? text : Number(value.toPrecision(3)).toExponential()
}
