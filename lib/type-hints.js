// Suggests a name of an element type in place of an unknown one, if it can be guessed.

import { NAMES, codeOfName } from './type-names.js'

const LETTERS = { i: 'int', u: 'uint', f: 'float' }

/** The types by their names in small letters. */
const LOWER_NAMES = new Map(
  Object.entries(NAMES).flatMap(([code, names]) => names.map((name) => [name.toLowerCase(), code])),
)

/**
 * @param {string} name
 * @param forBooleans what to do for booleans
 * @returns {string} what follows an error about an unknown name; empty without an idea
 */
export function hintOf(name, forBooleans = 'write u8 for bytes of 0 and 1') {
  const word = name.toLowerCase()
  if (word === '|b1') return `; ${forBooleans}`
  const marked = hintOfMarked(name)
  if (marked !== undefined) return marked
  const { letter, size, plain, isForeignOrder } = partsOf(word)
  const order = isForeignOrder ? ', and elements lie in the byte order of this machine' : ''
  if (BOOLEANS.has(plain)) return `; ${forBooleans}`
  const meant = LOWER_NAMES.get(word) ?? ALIASES.get(plain) ?? codeOfName(`${letter}${size}`)
  if (meant !== undefined) return `; did you mean ${NAMES[meant][0]}?${order}`
  if (letter === undefined || size === '') return ''
  const inBytes = codeOfName(`<${letter}${size}`)
  const none = `there is no ${LETTERS[letter]}${size}`
  if (inBytes === undefined) return `; ${none}${order}`
  const [long, short] = NAMES[inBytes]
  const bytes = `${size} ${size === '1' ? 'byte' : 'bytes'}`
  return `; ${none}, because the size counts bits. If you mean ${bytes}, it is ${long}: write ${short} or <${letter}${size}${order}`
}

/** The same for a name with another mark of NumPy's than the right one. */
function hintOfMarked(name) {
  const [, mark, kind] = /^([<>=|])(.+)$/.exec(name) ?? []
  const code = codeOfName(`<${kind}`) ?? codeOfName(`|${kind}`)
  if (code === undefined) return undefined
  if (mark !== '>' || codeOfName(`|${kind}`) !== undefined) return `; did you mean ${NAMES[code][0]}?`
  return `; big-endian elements cannot be mapped: open them as <${kind} and call byteswap()`
}

/**
 * The parts of a name in small letters.
 * @returns {{ letter?: string, size: string, plain: string, isForeignOrder: boolean }} `letter` is `i`, `u` or `f` where a
 *   number of bits or bytes may stand behind it; `plain` is the name without C's `_t`, a byte order and a plural
 */
function partsOf(word) {
  // A single or a double ends like a byte order too.
  const [, body, order] = ALIASES.has(word) ? [word, word] : /^(.*?)[-_]?(le|be|ne)?[-_]*$/s.exec(word)
  const bare = body
    .replace(/_t$|[-_]+$/, '')
    .replaceAll(/[-_]/g, '')
    .replace(/^unsigned/, 'u')
    .replace(/^signed/, '')
  const plain = ALIASES.has(bare) || BOOLEANS.has(bare) ? bare : bare.replace(/s$/, '')
  const [, stem, size = ''] = /^([a-z]+?)(?:fast|least)?(\d*)$/.exec(plain) ?? []
  const letter = Object.keys(FAMILIES).find((key) => FAMILIES[key].includes(stem))
  return { letter, size, plain, isForeignOrder: order === 'be' }
}

/** Names before the size of a type. */
const FAMILIES = {
  i: ['i', 's', 'si', 'int', 'sint', 'integer'],
  u: ['u', 'ui', 'uint', 'uinteger'],
  f: ['f', 'fp', 'd', 'r', 'float', 'flt', 'real', 'double', 'dbl'],
}
const BOOLEANS = new Set(['bool', 'boolean', 'bool8', 'logical'])

/** Names of other languages. Some have different sizes on different machines, so they are only hints. */
export const ALIASES = new Map(
  Object.entries({
    double: 'd',
    float: 'f',
    single: 'f',
    half: 'e',
    long: 'q',
    ulong: 'Q',
    int: 'i',
    uint: 'I',
    short: 'h',
    ushort: 'H',
    byte: 'B',
    ubyte: 'B',
    sbyte: 'b',
    char: 'b',
    uchar: 'B',
    schar: 'b',
    dbl: 'd',
    real: 'f',
    flt: 'f',
    bigint: 'q',
    longlong: 'q',
    ulonglong: 'Q',
    intp: 'q',
    uintp: 'Q',
    intptr: 'q',
    uintptr: 'Q',
    intmax: 'q',
    uintmax: 'Q',
    isize: 'q',
    usize: 'Q',
    size: 'Q',
    ssize: 'q',
    ptrdiff: 'q',
    integer: 'i',
    intc: 'i',
    uintc: 'I',
    smallint: 'h',
    tinyint: 'b',
    word: 'H',
    dword: 'I',
    qword: 'Q',
  }),
)
