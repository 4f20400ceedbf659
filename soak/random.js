// Random numbers that a seed decides, so that a run's choices can be made again (its timing cannot).

/** @returns {{ below(n: number): number, chance(p: number): boolean, pick<T>(list: T[]): T }} */
export function randomOf(seed) {
  let state = seed >>> 0
  // mulberry32: the public-domain generator of Tommy Ettinger
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (n) => Math.floor(next() * n)
  return { below, chance: (p) => next() < p, pick: (list) => list[below(list.length)] }
}
