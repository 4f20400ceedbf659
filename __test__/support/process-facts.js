// What the kernel says about this process and thread.
import { readFileSync, readdirSync, readlinkSync } from 'node:fs'

/** Page faults of this thread so far, minor and major. */
export function threadFaults() {
  const fields = readFileSync('/proc/thread-self/stat', 'utf8').split(') ').at(-1).split(' ')
  const [minor, major] = [fields[7], fields[9]].map(Number)
  return minor + major
}

/** Open descriptors; with names given, only those whose file's path contains one of them. */
export function descriptors(names = ['']) {
  const paths = readdirSync('/proc/self/fd').flatMap((number) => {
    try {
      return [readlinkSync(`/proc/self/fd/${number}`)]
    } catch {
      // Closed meanwhile, as the one that this looks through.
      return []
    }
  })
  return paths.filter((path) => names.some((name) => path.includes(name))).length
}

/** Name of the maps of anonymous arrays. */
export const ANONYMOUS = process.env.MMAP_ARRAY_PORTABLE === '1' ? 'mmap-array-memory-' : 'memfd:mmap-array'

/** Maps of this process; only those whose line holds one of the names, where there are any. */
export function maps(names = ['']) {
  const lines = readFileSync('/proc/self/maps', 'utf8').split('\n')
  return lines.filter((line) => line !== '' && names.some((name) => line.includes(name))).length
}

/** The least that an array's window spans, as src/mapping/address_range.rs has it. */
const WINDOW = 2n ** 28n + 2n ** 21n

/** Maps of this process inside the window of an array whose first element is at an address: its own, and the guard's. */
export function mapsInWindow(address) {
  const ranges = readFileSync('/proc/self/maps', 'utf8').matchAll(/^([0-9a-f]+)-([0-9a-f]+) /gm)
  let count = 0
  for (const [, start, end] of ranges) {
    if (BigInt(`0x${end}`) > address && BigInt(`0x${start}`) < address + WINDOW) count++
  }
  return count
}

/** Threads of this process that the addon has started. */
export function ownThreads() {
  const names = readdirSync('/proc/self/task').map((number) => {
    try {
      return readFileSync(`/proc/self/task/${number}/comm`, 'utf8')
    } catch {
      // It has ended.
      return ''
    }
  })
  return names.filter((name) => name.startsWith('mmap-array')).length
}

/** Bytes of addresses that this process has given out. */
export const addressSpace = () => 1024 * Number(/^VmSize:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))[1])

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

/** The inodes of the files and directories that this process watches by inotify. */
export function inotifyWatches() {
  const texts = readdirSync('/proc/self/fdinfo').map((number) => {
    try {
      return readFileSync(`/proc/self/fdinfo/${number}`, 'utf8')
    } catch {
      // Closed meanwhile.
      return ''
    }
  })
  return Array.from(texts.join('\n').matchAll(/^inotify wd:\S+ ino:(\S+)/gm), ([, inode]) => Number(`0x${inode}`))
}
