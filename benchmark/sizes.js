const MIB = 2 ** 20
const SECOND = 1e9

/** How much of everything. `sittings` are runs of all of a match's processes, `rounds` are timed ones in each. */
export const FULL = {
  isQuick: false,
  sittings: 3,
  rounds: 9,
  warmUps: 2,
  /** enough for the table, where most matches have a dozen contenders */
  enough: { rounds: 5, nanoseconds: 3 * SECOND },
  rehearsals: 1000,
  elements: 10_000_000,
  spliced: 1_000_000,
  exactAppends: 20_000,
  opens: 100,
  smallFile: MIB,
  largeFile: 1024 * MIB,
  hugeFile: 16 * 1024 * MIB,
  attached: 64 * MIB,
  arrays: 1_000,
  pingPongs: 100_000,
  held: 512 * MIB,
  /** elements of the arrays whose cost is measured by size, and in how many of them at least one round works */
  bySize: [1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9],
  bySizeTurns: { sittings: 2, rounds: 5, warmUps: 1, enough: { rounds: 3, nanoseconds: 3 * SECOND } },
  atLeast: 1_000_000,
}

export const QUICK = {
  ...FULL,
  isQuick: true,
  sittings: 1,
  rounds: 2,
  warmUps: 1,
  rehearsals: 5,
  elements: 20_000,
  spliced: 2_000,
  exactAppends: 500,
  opens: 10,
  attached: 4 * MIB,
  arrays: 100,
  pingPongs: 1_500,
  held: 16 * MIB,
  bySize: [1e2, 1e3, 1e4],
  bySizeTurns: { sittings: 1, rounds: 1, warmUps: 1 },
  atLeast: 10_000,
}

/** The same in fewer sittings, or in more. */
export function withSittings(sizes, sittings) {
  const bySize = { ...sizes.bySizeTurns, sittings: Math.min(sizes.bySizeTurns.sittings, sittings) }
  return { ...sizes, sittings, bySizeTurns: bySize }
}
