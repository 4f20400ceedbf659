// What this process holds, and whether it grows from round to round.
import fs from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { ANONYMOUS, maps, residentBytes } from '../__test__/support/process-facts.js'

const MIB = 2 ** 20
/** Rounds in which the process may still make itself at home. */
const WARM_UPS = 3
/** The allocator and V8 keep what they have; what leaks with every round, or every worker, is soon more than this. */
const MOST_RESIDENT_GROWTH = 64 * MIB
const PATIENCE_MS = 20_000

/**
 * What the descriptors lead to; one that is closed meanwhile is left out. So are modules: Node leaves the file open that
 * a thread was loading when it was terminated.
 */
function openFiles() {
  const links = fs.readdirSync('/proc/self/fd').flatMap((number) => {
    try {
      return [`${number} ${fs.readlinkSync(`/proc/self/fd/${number}`)}`]
    } catch {
      return []
    }
  })
  return links.filter((link) => !link.endsWith('.js'))
}

const threads = () => fs.readdirSync('/proc/self/task').length

export class Facts {
  #directory
  #first
  #rounds = 0

  /** @param directory whose files' maps count as arrays' */
  constructor(directory) {
    this.#directory = directory
  }

  now() {
    return {
      descriptors: openFiles().length,
      arrays: maps([ANONYMOUS, this.#directory]),
      maps: maps(),
      threads: threads(),
      resident: residentBytes(),
    }
  }

  /** After a round: collects until all is gone that is to go, and throws where that does not come about. */
  async settle() {
    this.#rounds++
    const end = Date.now() + PATIENCE_MS
    let complaint
    do {
      globalThis.gc()
      await sleep(20)
      complaint = this.#complaint(this.now())
    } while (complaint && Date.now() < end)
    if (complaint) throw new Error(complaint)
    if (this.#rounds <= WARM_UPS) this.#first = this.now()
  }

  #complaint(now) {
    if (now.arrays > 0) return `${now.arrays} maps of arrays are left`
    if (this.#rounds <= WARM_UPS) return undefined
    const grown = (what) =>
      `${what} grew from ${this.#first[what]} to ${now[what]}; open files: ${openFiles().join(', ')}`
    for (const what of ['descriptors', 'threads']) if (now[what] > this.#first[what]) return grown(what)
    // Stacks and heaps that glibc and V8 keep for threads to come are maps too.
    if (now.maps > this.#first.maps + 100) return grown('maps')
    if (now.resident > this.#first.resident + MOST_RESIDENT_GROWTH) return grown('resident')
    return undefined
  }
}
