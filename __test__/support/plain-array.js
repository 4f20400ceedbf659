// Python's array operations on a plain JavaScript array: the model the addon is compared with.
// slices.test.js proves the model itself against the real Python.

const clamp = (n, low, high) => Math.min(Math.max(n, low), high)

/** The positions a slice names, in its order, and where values would go if there are none. */
export function sliceOf(length, start, stop, step = 1) {
  const [low, high] = step > 0 ? [0, length] : [-1, length - 1]
  const bound = (value, missing) => {
    if (value === undefined) return missing
    return clamp(Number(value) < 0 ? Number(value) + length : Number(value), low, high)
  }
  const from = bound(start, step > 0 ? low : high)
  const to = bound(stop, step > 0 ? high : low)
  const positions = []
  if (Number.isFinite(Number(step))) {
    for (let n = from; step > 0 ? n < to : n > to; n += Number(step)) positions.push(n)
  } else if (step > 0 ? from < to : from > to) positions.push(from)
  return { from, positions }
}

export const slice = (items, ...bounds) => sliceOf(items.length, ...bounds).positions.map((n) => items[n])

export function deleteSlice(items, ...bounds) {
  const gone = new Set(sliceOf(items.length, ...bounds).positions)
  return items.filter((_, n) => !gone.has(n))
}

/** The new items, or null where the sizes do not agree. */
export function setSlice(items, values, ...bounds) {
  const { from, positions } = sliceOf(items.length, ...bounds)
  const step = Number(bounds[2] ?? 1)
  if (step === 1) return [...items.slice(0, from), ...values, ...items.slice(from + positions.length)]
  if (values.length === 0) return deleteSlice(items, ...bounds)
  if (values.length !== positions.length) return null
  const result = [...items]
  positions.forEach((position, n) => (result[position] = values[n]))
  return result
}

export function insert(items, index, value) {
  const at = clamp(index < 0 ? index + items.length : index, 0, items.length)
  return [...items.slice(0, at), value, ...items.slice(at)]
}
