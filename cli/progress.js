// A progress bar, if the standard error is a terminal.

const WIDTH = 30
const BETWEEN_LOOKS = 100
const ERASE = '\r\x1b[K'

/** The terminal with a bar on it. */
let drawnOn

/** Erases the bar, for work that ends early. */
export function eraseProgress() {
  drawnOn?.write(ERASE)
  drawnOn = undefined
}

/** @returns {(done: number) => void} takes how much of `total` is done; draws now and then, and erases the bar at the end */
export function progressOf(title, total, stream = process.stderr) {
  if (!stream.isTTY || !Number.isFinite(total)) return () => {}
  const began = performance.now()
  let drawn = began
  return (done) => {
    const now = performance.now()
    if (done >= total) return eraseProgress()
    if (now - drawn < BETWEEN_LOOKS) return undefined
    drawn = now
    drawnOn = stream
    const share = done / total
    const left = Math.ceil(((now - began) / share - (now - began)) / 1000)
    const full = Math.round(share * WIDTH)
    const bar = '█'.repeat(full) + '░'.repeat(WIDTH - full)
    return void stream.write(`\r${title} ${bar} ${Math.floor(share * 100)} %, ${left} s left\x1b[K`)
  }
}
