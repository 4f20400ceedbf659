import { readFileSync, realpathSync } from 'node:fs'
import { sep } from 'node:path'

/**
 * The memory of the tables and of the whole process, for each of these processes, in bytes, as the kernel counts it. RSS counts a
 * page in full in every process that has it. PSS divides it by their number, so the sum of PSS is real memory.
 * Null if the kernel does not say.
 */
export function measureMemory(processes, tablesDirectory) {
  const prefix = realpathSync(tablesDirectory) + sep
  try {
    return processes.map(({ name, pid }) => ({
      name,
      pid,
      tables: sumOfMaps(readFileSync(`/proc/${pid}/smaps`, 'utf8'), prefix),
      whole: sumOfMaps(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'), '[rollup]'),
    }))
  } catch (error) {
    if (['ENOENT', 'EACCES', 'EPERM'].includes(error.code)) return null
    throw error
  }
}

/** Adds up the mappings whose names start with a prefix: a heading line `from-to rwxp offset device inode name`, then `Rss:  4 kB` … */
export function sumOfMaps(smaps, prefix) {
  const sum = { rss: 0, pss: 0 }
  let isOurs = false
  for (const line of smaps.split('\n')) {
    const heading = /^[0-9a-f]+-[0-9a-f]+ \S+ \S+ \S+ \S+\s+(.*)$/.exec(line)
    if (heading) isOurs = heading[1].startsWith(prefix)
    else if (isOurs && line.startsWith('Rss:')) sum.rss += bytesOf(line)
    else if (isOurs && line.startsWith('Pss:')) sum.pss += bytesOf(line)
  }
  return sum
}

function bytesOf(line) {
  return Number(/\d+/.exec(line)[0]) * 1024
}
