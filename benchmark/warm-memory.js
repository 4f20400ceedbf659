// The host of a virtual machine takes memory back that is free for a moment, and whoever touches it next waits for it: up to
// forty times as long as for memory that the machine still has. Who meets that is chance.
import { MmapArray } from '../index.js'

const MOST = 512 * 2 ** 20

/** Touches so much memory, at most {@link MOST}, and frees it at once: what is taken next is that. */
export function warmMemory(bytes) {
  const array = new MmapArray('B', [0])
  array.repeatInPlace(Math.min(bytes, MOST))
  array.close()
}
