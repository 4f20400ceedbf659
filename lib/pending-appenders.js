// The appenders with elements that are not in their arrays yet, or with `sync` not on the device, by array. Until then an appender is in
// use, even if the user dropped it and its array.

/** @type {Map<object, Set<{ close: () => void, discard: () => void, flushSync: () => void }>>} */
const appenders = new Map()

/** Bun ends the process without the exit handlers of C, in which the core appends what is pending. */
const endsWithoutCore = process.versions.bun !== undefined

export function addPending(array, appender) {
  const others = appenders.get(array)
  if (others === undefined) appenders.set(array, new Set([appender]))
  else others.add(appender)
  if (endsWithoutCore && !process.listeners('exit').includes(flushAll)) process.on('exit', flushAll)
}

export function deletePending(array, appender) {
  const others = appenders.get(array)
  if (others?.delete(appender) && others.size === 0) appenders.delete(array)
}

/** Closes the appenders with elements for an array, which appends them. Throws if one cannot. */
export function closePending(array) {
  for (const appender of appenders.get(array) ?? []) appender.close()
}

/** Gives up the elements for an array that is about to be closed, because nobody will read its file. */
export function discardPending(array) {
  for (const appender of appenders.get(array) ?? []) appender.discard()
}

function flushAll() {
  for (const appender of [...appenders.values()].flatMap((some) => [...some])) {
    // The first call may throw what a batch met before. A failure of the second cannot be reported.
    if (!isFlushed(appender)) isFlushed(appender)
  }
}

function isFlushed(appender) {
  try {
    appender.flushSync()
    return true
  } catch {
    return false
  }
}
