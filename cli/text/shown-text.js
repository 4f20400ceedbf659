// Text of a file as a message shows it.

const LONGEST = 60

/** Stands for bytes that are not UTF-8. */
const REPLACEMENT = '\uFFFD'

export const isNoUtf8 = (text) => text.includes(REPLACEMENT)

/** Text in quotes, shortened if it is long, without the carriage return of a line end. */
export function shownText(field) {
  const text = field.replace(/\r$/, '')
  const shown = text.length > LONGEST ? `'${text.slice(0, LONGEST)}…'` : `'${text}'`
  return isNoUtf8(shown) ? `${shown} (${REPLACEMENT} is not UTF-8: iconv -f LATIN1 -t UTF-8 converts a file)` : shown
}
