// The cache folder of this checkout, for what scripts fetch. It may be deleted at any time.
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { withLock } from './steps.js'
import { CACHE } from './toolchain.js'

/**
 * The folder `name` of the cache. `fill` fills it if it does not exist, under another name first, so that it is always
 * complete. `fill` may not call this function.
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
