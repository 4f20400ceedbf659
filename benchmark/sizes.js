const MIB = 2 ** 20

/** How much of everything. `sittings` are runs of all of a match's processes, `rounds` are timed ones in each. */
export const FULL = {
  isQuick: false,
  sittings: 3,
  rounds: 9,
  warmUps: 3,
  elements: 10_000_000,
  needles: 1_000_000,
  exactAppends: 20_000,
  opens: 100,
  smallFile: MIB,
  largeFile: 1024 * MIB,
  attached: 64 * MIB,
  arrays: 1_000,
  pingPongs: 100_000,
  held: 512 * MIB,
}

export const QUICK = {
  ...FULL,
  isQuick: true,
  sittings: 1,
  rounds: 3,
  warmUps: 1,
  elements: 100_000,
  needles: 10_000,
  exactAppends: 500,
  opens: 10,
  attached: 4 * MIB,
  arrays: 100,
  pingPongs: 1_500,
  held: 16 * MIB,
}
