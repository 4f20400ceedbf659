// Labels for the ticks of an axis of times: ISO 8601, 24 hours, in UTC.

const SECOND = 1000
const DAY = 864e5

/**
 * The label of one tick, as detailed as the distance of the ticks. The day stands in a second line, where it changes.
 * @param {Date} tick
 * @param {Date[]} ticks all of them
 */
export function timeTick(tick, index, ticks) {
  const text = tick.toISOString()
  const apart = ticks.length > 1 ? Math.min(...ticks.slice(1).map((next, at) => next - ticks[at])) : 0
  if (apart >= 365 * DAY) return text.slice(0, -20)
  if (apart >= 28 * DAY) return text.slice(0, -17)
  const [day, time] = text.split('T')
  if (apart >= DAY) return day
  const clock = time.slice(0, lengthOfClock(ticks))
  const isNewDay = index === 0 || ticks[index - 1].toISOString().split('T')[0] !== day
  return isNewDay ? `${clock}\n${day}` : clock
}

/** HH:MM, HH:MM:SS or HH:MM:SS.mmm: the shortest that tells all ticks exactly. */
function lengthOfClock(ticks) {
  if (ticks.some((tick) => tick % SECOND !== 0)) return 12
  return ticks.some((tick) => tick % (60 * SECOND) !== 0) ? 8 : 5
}
