// Paths of files as bytes: they need not be text.

import fs from 'node:fs'

const SLASH = 0x2f
/** As many as Linux follows. */
const MOST_LINKS = 40
/** Bytes of a name, on nearly all file systems. */
const LONGEST_NAME = 255

export const isAbsolute = (path) => path[0] === SLASH

/** The path from the root, so that it stays the same when the current directory changes. A relative path if that directory was removed. */
export function absolutePath(path) {
  if (path.length === 0 || isAbsolute(path)) return path
  let directory
  try {
    directory = process.cwd()
  } catch {
    // It was removed.
    return path
  }
  // Node gives it as text. If its bytes are not UTF-8, that text would lead elsewhere.
  const isText = !directory.includes('\uFFFD')
  const bytes = isText ? Buffer.from(directory) : fs.realpathSync.native('.', { encoding: 'buffer' })
  return Buffer.concat([bytes, Buffer.of(SLASH), path])
}

/** The part of an absolute path before its last name, with the slash: only a directory can be there. */
export const directoryOf = (path) => path.subarray(0, path.lastIndexOf(SLASH) + 1)

/** Whether a path can only be that of a directory. */
export const namesDirectory = (path) => path.length === 0 || path.at(-1) === SLASH

/** The bytes of a text in which each character is a byte. */
const bytesOf = (text) => Buffer.from(text, 'latin1')
const textOf = (bytes) => Buffer.from(bytes).latin1Slice()

const joined = (directory, name) => (directory.endsWith('/') ? directory + name : `${directory}/${name}`)

function splitAtName(path) {
  const at = path.lastIndexOf('/')
  return [path.slice(0, at) || '/', path.slice(at + 1)]
}

/** Where a symbolic link leads to; undefined for anything else, and for what cannot be looked at. */
function linkAt(path) {
  try {
    const isLink = fs.lstatSync(bytesOf(path), { throwIfNoEntry: false })?.isSymbolicLink()
    return isLink ? textOf(fs.readlinkSync(bytesOf(path), { encoding: 'buffer' })) : undefined
  } catch {
    return undefined
  }
}

/**
 * Follows all symbolic links of an absolute path. The file need not exist.
 * @returns {{ directory: Buffer, name: Buffer, links: { path: Buffer, name: Buffer }[] }} where the file is, or would be made; and
 *   the names that decide where it is: those of the links, and its own
 */
export function followLinks(path) {
  const rest = textOf(path).split('/').reverse()
  const links = []
  let at = '/'
  while (rest.length > 0 && links.length <= MOST_LINKS) {
    const name = rest.pop()
    if (name === '' || name === '.') continue
    if (name === '..') {
      at = splitAtName(at)[0]
      continue
    }
    const target = linkAt(joined(at, name))
    if (target !== undefined) {
      links.push({ path: bytesOf(at), name: bytesOf(name) })
      rest.push(...target.split('/').reverse())
      if (target.startsWith('/')) at = '/'
    } else {
      at = joined(at, name)
    }
  }
  const [directory, name] = splitAtName(at).map(bytesOf)
  return { directory, name, links: [...links, { path: directory, name }] }
}

/** The path of a name in a directory. */
export const pathIn = (directory, name) => bytesOf(joined(textOf(directory), textOf(name)))

/** A name with bytes of text around it, `.name.*.tmp`: the name is cut where they would make it too long. */
export function temporaryName(name, unique) {
  const [before, after] = [Buffer.from('.'), Buffer.from(`.${unique}.tmp`)]
  let end = Math.min(name.length, LONGEST_NAME - before.length - after.length)
  // Not inside a character of UTF-8: some file systems refuse such a name.
  if (end < name.length) while (end > 0 && (name[end] & 0xc0) === 0x80) end--
  return Buffer.concat([before, name.subarray(0, end), after])
}
