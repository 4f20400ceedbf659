/** The start of the sequence. It may be any number except 0, because xorshift of 0 is always 0. */
export const SEED = 0x9e3779b9

/**
 * The next address in the sequence (Marsaglia's xorshift32). Every reader, including the one in Python, computes the same
 * sequence, so no table of addresses is needed.
 */
export function nextAddress(address) {
  address ^= address << 13
  address ^= address >>> 17
  address ^= address << 5
  return address >>> 0
}
