// What the kernel says about this process and thread.
import { readFileSync, readdirSync } from 'node:fs'

/** Page faults of this thread so far, minor and major. */
export function threadFaults() {
  const fields = readFileSync('/proc/thread-self/stat', 'utf8').split(') ').at(-1).split(' ')
  const [minor, major] = [fields[7], fields[9]].map(Number)
  return minor + major
}

/** Open descriptors; without the one that this looks through. */
export const descriptors = () => readdirSync('/proc/self/fd').length - 1

/** Name of the maps of anonymous arrays. */
export const ANONYMOUS = 'memfd:mmap-array'

/** Maps of this process; only those whose line holds one of the names, where there are any. */
export function maps(names = ['']) {
  const lines = readFileSync('/proc/self/maps', 'utf8').split('\n')
  return lines.filter((line) => line !== '' && names.some((name) => line.includes(name))).length
}

export const residentBytes = () => process.memoryUsage.rss()

/** What the kernel counts for the maps of a name in a process: in full, and as this process's share. */
export function heldBytes(pid, name) {
  const held = { rss: 0, pss: 0 }
  let isOurs = false
  for (const line of readFileSync(`/proc/${pid}/smaps`, 'utf8').split('\n')) {
    if (/^[0-9a-f]+-[0-9a-f]+ /.test(line)) isOurs = line.includes(name)
    const [, what, kibibytes] = (isOurs && /^(Rss|Pss): +(\d+) kB/.exec(line)) || []
    if (what) held[what.toLowerCase()] += kibibytes * 1024
  }
  return held
}
