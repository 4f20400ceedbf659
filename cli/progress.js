// A bar on the terminal, where there is one, that tells how far a long piece of work has come.

const WIDTH = 30
const BETWEEN_LOOKS = 100
const ERASE = '\r\x1b[K'

/** The terminal that a bar is on. */
let drawnOn

/** Takes a bar away that is there: work may end before its end. */
export function eraseProgress() {
  drawnOn?.write(ERASE)
  drawnOn = undefined
}

/** @returns {(done: number) => void} told how much of `total` is done; draws now and then, and takes itself away at the end */
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
