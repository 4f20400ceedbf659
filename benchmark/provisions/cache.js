// What the benchmark installs is kept beside the packages of npm, so that the next run need not.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const CACHE = join(fileURLToPath(new URL('../../node_modules/.cache', import.meta.url)), 'mmap-array')

/** The line of a failed command's output that says most, in short. */
export function failureOf({ error, signal, stdout = '', stderr = '' }) {
  if (error) return error.message
  const lines = `${stderr}\n${stdout}`.split('\n').map((line) => line.trim())
  const telling = lines.find((line) => /\b(fatal error|error:|Error:|E\d{3}\b|No module)/.test(line))
  return (telling ?? lines.find((line) => line !== '') ?? `it ended by ${signal}`).slice(0, 160)
}
