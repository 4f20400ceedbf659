// The appenders with elements that are not in their arrays yet, by array. Until its elements are appended, an appender is in use, even
// if the user dropped it and its array.

/** @type {Map<object, Set<{ close: () => void }>>} */
const appenders = new Map()

export function addPending(array, appender) {
  const others = appenders.get(array)
  if (others === undefined) appenders.set(array, new Set([appender]))
  else others.add(appender)
}

export function deletePending(array, appender) {
  const others = appenders.get(array)
  if (others?.delete(appender) && others.size === 0) appenders.delete(array)
}

/** Closes the appenders with elements for an array, which appends them. Throws if one cannot. */
export function closePending(array) {
  for (const appender of appenders.get(array) ?? []) appender.close()
}
