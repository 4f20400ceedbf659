/** '8.8.8.8' -> 134744072 */
export function parseAddress(text) {
  const parts = text.split('.').map(Number)
  if (parts.length !== 4 || !parts.every((part) => Number.isInteger(part) && part >= 0 && part <= 255)) {
    throw new RangeError(`Expected an IPv4 address. Received ${text}`)
  }
  return parts.reduce((address, part) => address * 256 + part)
}

/** 134744072 -> '8.8.8.8' */
export function formatAddress(address) {
  return [address >>> 24, (address >>> 16) & 255, (address >>> 8) & 255, address & 255].join('.')
}
