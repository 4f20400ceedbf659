// Tells when files may have changed: fs.watch wakes at once, and a look once a second finds what it missed.

import fs from 'node:fs'

/** Network file systems raise no events for what other machines do, and a system has only so many watches. */
const LOOK_MS = 1000

/**
 * What to watch. With a name, `path` is a directory, and an event is that another file got the name or that it was removed.
 * Without, every change of the file at `path` is an event.
 * @typedef {{ path: string | Uint8Array, name?: Uint8Array }} Target
 */

/** A name as a key of a Set. A name may be any bytes. */
const keyOfName = (name) => Buffer.from(name).latin1Slice()

/** The file or directory that a path leads to, or undefined if there is none. */
function identityOf(path) {
  try {
    const { dev, ino, birthtimeNs } = fs.statSync(path, { bigint: true })
    return `${dev}:${ino}:${birthtimeNs}`
  } catch {
    return undefined
  }
}

/** The targets that exist, by what they lead to: `{ path, names }`. Several names of one directory need one watch. */
function grouped(targets) {
  const found = new Map()
  for (const { path, name } of targets) {
    const identity = identityOf(path)
    if (identity === undefined) continue
    const key = name === undefined ? `file ${identity}` : `directory ${identity}`
    if (!found.has(key)) found.set(key, { path, names: name && new Set() })
    if (name !== undefined) found.get(key).names.add(keyOfName(name))
  }
  return found
}

/**
 * Watches files until it is closed. It looks up the targets again before each return to the caller, so that a directory or a link
 * that was exchanged is watched too. Where there is no watch, because the system has no more or there is no such directory, the
 * look once a second remains, and tries again to watch.
 */
export class FileWatcher {
  #targets
  #isPersistent
  #lookEvery
  /** The watches by what they watch: `{ watch, names }`. */
  #watches = new Map()
  #isClosed = false
  /** Whether there was an event since `changed` last looked up the targets. */
  #isPending = false
  /** What pending calls of `changed` wait for. */
  #sleeping
  #wake = () => {}

  /**
   * @param {() => Target[]} targets is called before each look, and must not throw
   * @param {{ isPersistent?: boolean, lookEvery?: number }} [options] whether a pending `changed` keeps the process alive, and
   *   the milliseconds between two looks
   */
  constructor(targets, { isPersistent = true, lookEvery = LOOK_MS } = {}) {
    this.#targets = targets
    this.#isPersistent = isPersistent
    this.#lookEvery = lookEvery
    this.renew()
  }

  /**
   * Waits until something may have changed since it last resolved, or since the watcher was made. A caller that looks at the files after
   * that misses no change: an event during the look ends the next call at once.
   * @returns {Promise<boolean>} false once the watcher is closed
   */
  async changed() {
    if (!this.#isPending && !this.#isClosed) await (this.#sleeping ??= this.#sleep())
    if (this.#isClosed) return false
    this.#isPending = false
    this.renew()
    return true
  }

  /** Ends a pending `changed`, and gives up the watches. */
  close() {
    this.#isClosed = true
    for (const key of this.#watches.keys()) this.#unwatch(key)
    this.#wake()
  }

  async #sleep() {
    let timer
    // The watches keep no process alive, so this timer decides.
    const woken = new Promise((wake) => {
      this.#wake = wake
      timer = setTimeout(wake, this.#lookEvery)
    })
    if (!this.#isPersistent) timer.unref()
    await woken
    clearTimeout(timer)
    this.#sleeping = undefined
  }

  /** Looks up the targets again, and watches those. */
  renew() {
    const wanted = grouped(this.#targets())
    for (const key of this.#watches.keys()) if (!wanted.has(key)) this.#unwatch(key)
    for (const [key, { path, names }] of wanted) {
      const running = this.#watches.get(key)
      if (running === undefined) this.#watch(key, path, names)
      else running.names = names
    }
  }

  #watch(key, path, names) {
    const entry = { names, watch: undefined }
    try {
      entry.watch = fs.watch(path, { persistent: false, encoding: 'buffer' }, (type, name) => {
        if (entry.names === undefined || (type === 'rename' && (!name || entry.names.has(keyOfName(name))))) {
          this.#isPending = true
          this.#wake()
        }
      })
    } catch {
      return
    }
    // It tries again at the next look, not before: the error may come back at once.
    entry.watch.on('error', () => this.#unwatch(key, entry))
    this.#watches.set(key, entry)
  }

  #unwatch(key, entry = this.#watches.get(key)) {
    entry.watch.close()
    if (this.#watches.get(key) === entry) this.#watches.delete(key)
  }
}
