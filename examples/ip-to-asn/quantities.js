/** 1234567 -> '1,234,567' */
export function count(number) {
  return Math.round(number).toLocaleString('en-US')
}

/** '71.6', without the unit, which is in the heading or follows the number */
export function mebibytes(bytes) {
  return (bytes / 2 ** 20).toFixed(1)
}

export function duration(milliseconds) {
  if (milliseconds >= 1000) return `${(milliseconds / 1000).toFixed(2)} s`
  return `${milliseconds.toFixed(milliseconds < 10 ? 2 : 0)} ms`
}

export function perSecond(times, milliseconds) {
  return count(times / (milliseconds / 1000))
}
