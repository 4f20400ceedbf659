// Lines of a text, many at a time.

/** The longest line: no number and no row of numbers is longer. */
export const LONGEST = 1 << 24

/**
 * @param {AsyncIterable<string>} texts
 * @yields {string[]} lines without their ends
 */
export async function* linesOf(texts) {
  let rest = ''
  for await (const text of texts) {
    const lines = (rest + text).split('\n')
    rest = lines.pop()
    if (rest.length > LONGEST) throw new RangeError('a line is longer than any number or row: is it a text file?')
    yield lines.map(withoutReturn)
  }
  if (rest !== '') yield [withoutReturn(rest)]
}

const withoutReturn = (line) => (line.endsWith('\r') ? line.slice(0, -1) : line)
