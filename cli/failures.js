// Errors as one line and as an exit code.

/** Exit codes; a signal's is 128 and its number. */
export const EXIT = Object.freeze({
  done: 0,
  different: 1,
  usage: 2,
  system: 3,
  data: 4,
})

/** A command line that cannot be understood. */
export class UsageError extends Error {}

/** A file with wrong data. */
export class DataError extends Error {}

export function exitCodeOf(error) {
  if (error instanceof UsageError) return EXIT.usage
  if (error instanceof DataError || String(error?.code).startsWith('ERR_')) return EXIT.data
  return error?.syscall === undefined ? EXIT.data : EXIT.system
}

/** Shows the code point of control characters, which a terminal would obey, and of what looks like a space or like nothing. */
export const printable = (text) =>
  text.replaceAll(/[\p{Cc}\p{Cf}]|(?! )\p{Z}/gu, (hidden) => `\\u{${hidden.codePointAt(0).toString(16)}}`)

/** The message in one line, with the error's code and path if it has them. */
export function messageOf(error) {
  const line = String(error?.message ?? error).replaceAll(/\s*\n\s*/g, ' ')
  const text = printable(line)
  const { code, path } = error ?? {}
  const told = [code, path].filter((part) => typeof part === 'string' && !text.includes(part))
  return told.length > 0 ? `${text} (${told.join(', ')})` : text
}
