// Parses the header of a .npy file: the text of a Python dictionary.

/** White space and comments, then one token: a string with its prefix, a number, a bracket or separator, or a name. */
const TOKEN =
  /(?:[ \t\n\r\f]|#[^\n]*)*(?:([uUrR]?)(?:'((?:[^'\\\n\0]|\\[^\0])*)'|"((?:[^"\\\n\0]|\\[^\0])*)")|(\d+)L?|([{}()[\],:])|([A-Z]\w*)|$)/y
/** An escape in a string. Names of fields have those that Python's `repr` writes, and other programs may write others. */
const ESCAPE = /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{1,3})|([^]))/gu
const ESCAPED = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '\n': '',
}
const NAMES = new Map([
  ['True', true],
  ['False', false],
  ['None', null],
])
const DEEPEST = 8

/**
 * Parses a text that is one dictionary with strings as keys.
 * @returns {Map<string, unknown>} strings, booleans, null, bigints, and arrays for tuples and lists
 * @throws {SyntaxError}
 */
export function parseDictionary(text) {
  const tokens = tokensOf(text)
  let at = 0
  const peek = (mark) => tokens[at]?.mark === mark
  const take = (mark) => peek(mark) && Boolean(++at)
  const need = (mark) => {
    if (!take(mark)) throw new SyntaxError(`its header lacks a '${mark}'`)
  }
  const value = (depth = 0) => {
    if (depth > DEEPEST) throw new SyntaxError('its header is nested too deeply')
    if (take('(')) return items(')', depth)
    if (take('[')) return items(']', depth)
    const token = tokens[at++]
    if (token === undefined || token.mark !== undefined) throw new SyntaxError('its header lacks a value')
    return token.value
  }
  /** The items before a bracket. One value in parentheses, without a comma, is that value. */
  const items = (close, depth) => {
    const found = []
    let comma = true
    while (!take(close)) {
      if (!comma) throw new SyntaxError("its header lacks a ','")
      found.push(value(depth + 1))
      comma = take(',')
    }
    return close === ')' && found.length === 1 && !comma ? found[0] : found
  }
  const pairs = new Map()
  need('{')
  while (!take('}')) {
    const key = value()
    need(':')
    pairs.set(key, value())
    if (!peek('}')) need(',')
  }
  if (at < tokens.length) throw new SyntaxError('its header has text after the dictionary')
  return pairs
}

function tokensOf(text) {
  const tokens = []
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < text.length) {
    const match = TOKEN.exec(text)
    if (!match) throw new SyntaxError('its header is not a Python dictionary')
    const [, prefix, single, double, digits, mark, name] = match
    if (name !== undefined && !NAMES.has(name)) throw new SyntaxError('its header is not a Python dictionary')
    if (mark !== undefined) tokens.push({ mark })
    else if (name !== undefined) tokens.push({ value: NAMES.get(name) })
    else if (digits !== undefined) tokens.push({ value: BigInt(digits) })
    else if (prefix !== undefined) {
      const string = single ?? double
      tokens.push({ value: prefix.toLowerCase() === 'r' ? string : unescaped(string) })
    }
  }
  return tokens
}

/** The string that Python reads for the characters between two quotes. */
function unescaped(text) {
  return text.replace(ESCAPE, (escape, x, u, U, octal, character) => {
    if (character !== undefined) return ESCAPED[character] ?? escape
    const point = octal === undefined ? Number.parseInt(x ?? u ?? U, 16) : Number.parseInt(octal, 8)
    if (point > 0x10ffff) throw new SyntaxError('its header has a string with an invalid escape')
    return String.fromCodePoint(point)
  })
}
