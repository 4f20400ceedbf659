// The cache folder of this checkout: what scripts fetch. It may be deleted at any time.
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { withLock } from './steps.js'
import { CACHE } from './toolchain.js'

/**
 * The folder `name` of the cache, filled if it is not there: under another name first, so that it is there only once it is
 * whole. `fill` may not call this again.
 */
export async function cached(name, fill) {
  const folder = join(CACHE, name)
  if (existsSync(folder)) return folder
  await withLock(async () => {
    if (existsSync(folder)) return
    const unfinished = `${folder}.unfinished`
    rmSync(unfinished, { recursive: true, force: true })
    mkdirSync(unfinished, { recursive: true })
    try {
      await fill(unfinished)
    } catch (error) {
      rmSync(unfinished, { recursive: true, force: true })
      throw error
    }
    renameSync(unfinished, folder)
  })
  return folder
}
