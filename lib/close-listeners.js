// What to do when an array is closed. It is called once, and before the array gives its file back.

/** The listeners of each core. */
const listeners = new WeakMap()

export function onClose(core, listener) {
  if (!listeners.has(core)) listeners.set(core, new Set())
  listeners.get(core).add(listener)
}

export function offClose(core, listener) {
  listeners.get(core)?.delete(listener)
}

/** Called when an array is closed. */
export function tellClosed(core) {
  const called = listeners.get(core)
  listeners.delete(core)
  called?.forEach((listener) => listener())
}
