// Structured clones, which `structuredClone`, `postMessage` and `workerData` make: of an array they know only an empty object.

import workerThreads from 'node:worker_threads'

/**
 * Makes `structuredClone` and `postMessage` of an object throw a DataCloneError, where the runtime can: Node 20 cannot, and
 * makes an empty object. Each object must be marked: Node does not look at prototypes. It takes 20 to 50 ns.
 */
export const refuseClones = workerThreads.markAsUncloneable ?? (() => {})
