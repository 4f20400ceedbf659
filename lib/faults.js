// The fault counter of the process. When somebody cuts a mapped file, its lost pages read as zeros; the addon's guard counts
// that before it lets a zero be read. So whoever compares the counter after each load and store misses nothing.

import { faultCounter } from '../native.js'

const COUNTER = new Uint32Array(faultCounter())

/**
 * The number of faults so far. V8 loads a typed array's element anew each time; JavaScriptCore takes plain loads out of a loop,
 * and an atomic load costs V8 as much as 5 to 24 plain ones.
 */
export const faults = process.versions.bun === undefined ? () => COUNTER[0] : () => Atomics.load(COUNTER, 0)
