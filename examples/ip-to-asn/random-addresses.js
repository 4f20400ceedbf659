/** What the sequence starts from; any number but 0, from which xorshift never gets away. */
export const SEED = 0x9e3779b9

/**
 * The address after this one in the sequence (Marsaglia's xorshift32). Every reader, the Python one included, walks the
 * same sequence, so that the n-th random address needs no table of addresses.
 */
export function nextAddress(address) {
  address ^= address << 13
  address ^= address >>> 17
  address ^= address << 5
  return address >>> 0
}
