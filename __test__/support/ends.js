// Ways in which a process of Node ends by itself: a name, the code that ends it, and its exit code.
export const ENDS = [
  ['by itself', '', 0],
  ['by process.exit()', 'process.exit()', 0],
  ['by process.exit(3)', 'process.exit(3)', 3],
  ['by process.exitCode', 'process.exitCode = 4', 4],
  ['by process.exit in a timer', 'setTimeout(() => process.exit(5), 1)', 5],
  ['by an uncaught error', 'throw new Error("mine")', 1],
  ['by an uncaught error later', 'setImmediate(() => { throw new Error("mine") })', 1],
  ['by an unhandled rejection', 'Promise.reject(new Error("mine"))', 1],
  ['by process.reallyExit', 'process.reallyExit(6)', 6],
]
