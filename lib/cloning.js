// Structured clones: `structuredClone`, `postMessage` and `workerData` would copy an array as an empty object.

import workerThreads from 'node:worker_threads'

/**
 * Makes `structuredClone` and `postMessage` of an object throw a DataCloneError, if the runtime can. Node 20 cannot: it makes an
 * empty object. Each object must be marked, because Node does not look at prototypes. Marking takes 20 to 50 ns.
 */
export const refuseClones = workerThreads.markAsUncloneable ?? (() => {})
