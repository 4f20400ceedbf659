// The processes that write shards, as the process that starts them sees them.
import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('writer.js', import.meta.url))

export function startWriter(directory, server) {
  const child = fork(PROGRAM, [directory, String(server)])
  const writer = { child, name: undefined, rows: 0 }
  child.on('message', (sealed) => Object.assign(writer, sealed))
  writer.ended = once(child, 'close').then(([code, signal]) => assert.equal(signal ?? code, 0, `writer ${server}`))
  // Whoever waits for the end sees the error.
  writer.ended.catch(() => {})
  return writer
}

/** Waits until a process has sealed a shard that is not among `names`. */
export async function sealsAnother(writer, names) {
  while (writer.name === undefined || names.includes(writer.name)) {
    await Promise.race([once(writer.child, 'message'), writer.ended])
    if (writer.child.exitCode !== null) throw new Error('a writer ended early')
  }
}

/** Tells processes to seal the shards that they write, and to end. Waits until they have. */
export async function stopWriters(writers) {
  for (const { child } of writers) child.send('stop')
  await Promise.all(writers.map(({ ended }) => ended))
}
