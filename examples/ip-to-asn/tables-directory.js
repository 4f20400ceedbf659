import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildTables } from './build-tables.js'
import { FORMAT, STAMP, TABLE_FILES } from './table-format.js'

const FINISHED = 'tables'
const BUILDING = 'building-'

/**
 * The directory with finished tables of this source, or null. Only a complete build gets the name `tables`. The stamp
 * has the source, the format, and the number of bytes of each file.
 */
export function finishedTables(dataDirectory, source) {
  const directory = join(dataDirectory, FINISHED)
  try {
    const stamp = JSON.parse(readFileSync(join(directory, STAMP), 'utf8'))
    const isOurs = stamp.format === FORMAT && stamp.source === source.name && stamp.version === source.version
    return isOurs && isSameSizes(stamp.bytes, fileSizes(directory)) ? directory : null
  } catch {
    return null // no directory, no stamp, no JSON, a file missing: whatever it is, it is not a finished build
  }
}

/**
 * Builds the tables in a directory with the name of this process, then renames it. So other processes see all of the tables or none,
 * even if this process is killed.
 */
export function buildFinishedTables(dataDirectory, source, csvText, onProgress) {
  mkdirSync(dataDirectory, { recursive: true })
  removeAbandonedBuilds(dataDirectory)
  const building = join(dataDirectory, `${BUILDING}${process.pid}`)
  const finished = join(dataDirectory, FINISHED)
  rmSync(building, { recursive: true, force: true })
  mkdirSync(building)
  try {
    buildTables(csvText, building, onProgress)
    const stamp = {
      format: FORMAT,
      source: source.name,
      version: source.version,
      licence: 'CC BY 4.0, RouteViews, NRO and DB-IP',
      bytes: fileSizes(building),
    }
    writeFileSync(join(building, STAMP), `${JSON.stringify(stamp, null, 2)}\n`, { flush: true })
    // Another process may have finished the same build first. Others may already have its tables open, so leave them.
    if (finishedTables(dataDirectory, source) === null) {
      rmSync(finished, { recursive: true, force: true })
      renameSync(building, finished)
    }
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST'].includes(error.code) || finishedTables(dataDirectory, source) === null) throw error
  } finally {
    rmSync(building, { recursive: true, force: true })
  }
  return finished
}

function fileSizes(directory) {
  return Object.fromEntries(Object.values(TABLE_FILES).map(({ file }) => [file, statSync(join(directory, file)).size]))
}

function isSameSizes(expected, actual) {
  return Object.keys(actual).every((file) => expected[file] === actual[file])
}

/** Removes the directories of first runs that were killed: those whose process no longer exists. */
function removeAbandonedBuilds(dataDirectory) {
  for (const name of readdirSync(dataDirectory)) {
    if (name.startsWith(BUILDING) && !existsSync(`/proc/${name.slice(BUILDING.length)}`)) {
      rmSync(join(dataDirectory, name), { recursive: true, force: true })
    }
  }
}
