// The fault counter of the process. When another process truncates a mapped file, the lost pages read as zeros. The addon counts
// the fault before a zero can be read, so code that compares the counter after each load and store notices every fault.

import { faultCounter } from '../native.js'

const COUNTER = new Uint32Array(faultCounter())

/**
 * The number of faults so far. V8 loads an element of a typed array each time. JavaScriptCore moves plain loads out of loops, so
 * there it is an atomic load, which costs V8 as much as 5 to 24 plain ones.
 */
export const faults = process.versions.bun === undefined ? () => COUNTER[0] : () => Atomics.load(COUNTER, 0)
