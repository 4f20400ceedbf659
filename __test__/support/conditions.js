// Waiting for a condition instead of a time.
import { setImmediate as turn } from 'node:timers/promises'
import v8 from 'node:v8'
import vm from 'node:vm'

function collector() {
  if (globalThis.gc) return globalThis.gc
  v8.setFlagsFromString('--expose-gc')
  return vm.runInNewContext('gc')
}

export const collectGarbage = collector()

/** Collects garbage and lets finalizers run until the condition holds; false if it does not within the limit. */
export async function collectedUntil(condition, limit = 10000) {
  const end = Date.now() + limit
  while (!condition()) {
    if (Date.now() > end) return false
    collectGarbage()
    await turn()
  }
  return true
}

/** Polls until the condition holds; false if it does not within the limit. */
export async function until(condition, limit = 10000) {
  const end = Date.now() + limit
  while (!(await condition())) {
    if (Date.now() > end) return false
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  return true
}
