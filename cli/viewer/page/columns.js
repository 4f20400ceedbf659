// The columns that the plot shows: asked from the server, and as uPlot takes them.

/* global uPlot */

/**
 * Asks for the columns of a range, of every series; `lengths` is how many elements each has.
 * @returns {Promise<Array<{ at: Float64Array, min: Float64Array, max: Float64Array, places: number[], end: number, isWhole: boolean }>>} `places`
 *   are where the columns begin on the x axis, `end` is the place of the last element
 */
export function askAll({ lengths, x }, range, signal) {
  return Promise.all(lengths.map((length, series) => ask({ ...range, series, last: length, x }, signal)))
}

async function ask({ start, stop, count, series, last, x }, signal) {
  const response = await fetch(`data?start=${start}&stop=${stop}&count=${count}&series=${series}`, { signal })
  if (!response.ok) throw new Error(await response.text())
  const doubles = new Float64Array(await response.arrayBuffer())
  // With x values there is one more, for the last element.
  const length = x ? Math.floor(doubles.length / 4) : doubles.length / 3
  const part = (index) => doubles.subarray(index * length, (index + 1) * length)
  const [at, min, max] = [part(0), part(1), part(2)]
  const xs = x && doubles.subarray(3 * length)
  // uPlot counts time in seconds.
  const places = Array.from(xs ? xs.subarray(0, length) : at, (place) => (x?.isTime ? place / 1000 : place))
  const end = xs ? xs[length] / (x.isTime ? 1000 : 1) : Math.min(stop, last) - 1
  return { at, min, max, places, end, isWhole: length === Math.min(stop, last) - start }
}

/** uPlot takes null for a missing value. */
const withGaps = (values) => Array.from(values, (value) => (Number.isFinite(value) ? value : null))

/** The columns of all series on one x axis. */
export function joined(found, placesOf = ({ places }) => places) {
  const tables = found.map((one) => [placesOf(one), withGaps(one.max), withGaps(one.min)])
  return tables.length === 1 ? tables[0] : uPlot.join(tables)
}

/** The element at a place on the x axis, not rounded, by the series with the most elements. */
export function elementAt(found, place) {
  const longest = longestOf(found)
  if (!longest || longest.places.length === 0) return 0
  const { at, places } = longest
  const column = columnAt(places, place)
  const next = column + 1
  if (next >= places.length) return at[column]
  const share = places[next] > places[column] ? (place - places[column]) / (places[next] - places[column]) : 0
  return at[column] + Math.max(share, 0) * (at[next] - at[column])
}

/** The first place and the last that columns show. */
export function endsOf(found) {
  const shown = found.filter(({ places }) => places.length > 0)
  const first = Math.min(...shown.map(({ places }) => places[0]))
  return [first, Math.max(...shown.map(({ end }) => end))]
}

const longestOf = (found) => found.toSorted((one, other) => other.at.length - one.at.length)[0]

/** The last column that begins at a place or before it, or the first. */
export function columnAt(places, place) {
  let [low, high] = [0, places.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (places[middle] <= place) low = middle + 1
    else high = middle
  }
  return Math.max(low - 1, 0)
}
