// Text of a file in a message.

const LONGEST = 60

/** What stands for bytes that are no UTF-8. */
const REPLACEMENT = '\uFFFD'

export const isNoUtf8 = (text) => text.includes(REPLACEMENT)

/** In quotes, and not all of it where it is long. */
export function shownText(text) {
  const shown = text.length > LONGEST ? `'${text.slice(0, LONGEST)}…'` : `'${text}'`
  return isNoUtf8(shown) ? `${shown} (${REPLACEMENT} is not UTF-8: iconv -f LATIN1 -t UTF-8 converts a file)` : shown
}
