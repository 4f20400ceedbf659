// Tables in CSV that a seed makes: every delimiter, line end, kind of quoting, type and missing value.
import { Random } from './random.js'

const INTEGERS = { b: 8, B: 8, h: 16, H: 16, i: 32, I: 32, q: 64, Q: 64 }
export const TABLE_TYPES = [...Object.keys(INTEGERS), 'e', 'f', 'd']
const FLOATS = { e: [5, 4], f: [38, 9], d: [308, 17] }
const MISSING = ['', 'NA', 'n/a', 'NaN', 'null', 'None', '-']
const WORDS = [
  'store',
  'a, b',
  'x;y',
  'tab\there',
  'two\nlines',
  'two\r\nlines',
  'say "hi"',
  '',
  ' ',
  '#',
  'NA',
  '7',
  'Größe',
  '|',
]

/**
 * @returns {{ text: string, type: string, column: number, delimiter: string, titles: boolean, missing: string | null,
 *   round: string | null }} the text of a table, and how it is to be read
 */
export function randomTable(...seed) {
  const random = new Random(...seed)
  const type = random.pick(TABLE_TYPES)
  const isFloat = type in FLOATS
  const delimiter = random.pick([',', ',', ';', '\t', '|', ':'])
  const width = random.integer(1, 4)
  const column = random.integer(0, width - 1)
  const missing = random.pick([null, null, 'skip', isFloat ? 'nan' : '7', '0'])
  const round = isFloat || random.chance(0.7) ? null : random.pick(['nearest', 'floor', 'ceil', 'trunc'])
  const titles = random.chance(0.5)
  const end = random.pick(['\n', '\r\n'])
  const mistakes = random.chance(0.3) ? 0.02 : 0
  const field = (text, isQuoted) => (isQuoted ? `"${text.replaceAll('"', '""')}"` : text)
  const mustQuote = (text) => /["\r\n]/.test(text) || text.includes(delimiter)
  const row = (value) => {
    const fields = Array.from({ length: width }, (_, at) => (at === column ? value() : random.pick(WORDS)))
    const quoted = fields.map((text) => field(text, mustQuote(text) || random.chance(0.2)))
    if (random.chance(mistakes)) quoted.push('one more')
    return quoted.join(delimiter)
  }
  const number = () => {
    if (random.chance(mistakes)) return random.pick(['1,5', '0x10', '12a', '1 2', '--1', 'e5', '1e400', '0.5.'])
    if (random.chance(missing === null ? mistakes : 0.1)) return random.pick(MISSING)
    const text = isFloat ? randomFloat(random, type) : randomInteger(random, type, round !== null)
    return random.chance(0.1) ? ` ${text} ` : text
  }
  const rows = Array.from({ length: random.integer(0, 60) }, () => (random.chance(0.03) ? '' : row(number)))
  if (titles) rows.unshift(row(() => random.pick(['close', '2019', 'the "last"', 'a\nb'])))
  // A first row that is empty says nothing about the width.
  while (rows[0] === '') rows.shift()
  const text = rows.join(end) + (random.chance(0.8) ? end : '') + (random.chance(0.1) ? end : '')
  return { text, type, column, delimiter, titles, missing, round }
}

/** An integer of a type, in one of the ways to write it. */
function randomInteger(random, type, hasFraction) {
  const bits = INTEGERS[type]
  const isSigned = type === type.toLowerCase()
  const size = random.bigBits() >> BigInt(64 - random.integer(1, isSigned ? bits - 1 : bits))
  const integer = isSigned && random.chance(0.5) ? -size : size
  const digits = String(integer)
  const ways = [
    digits,
    digits,
    `${digits}.0`,
    `${digits}.`,
    `${digits}0e-1`,
    `${digits}.000e0`,
    digits.replace(/^(?!-)/, '+'),
  ]
  const zeros = /0+$/.exec(digits)?.[0].length ?? 0
  if (zeros > 0 && digits !== '0')
    ways.push(`${digits.slice(0, -zeros)}e${zeros}`, `${digits.slice(0, -zeros)}E+${zeros}`)
  ways.push(`${integer < 0n ? '-' : ''}0.${String(size)}e${String(size).length}`)
  if (hasFraction) ways.push(`${digits}.5`, `${digits}.4999999999999999999999`, `${digits}.50000000000000000000001`)
  return random.pick(ways)
}

/** A float, often in the middle of two that the type has, or as near to it as a digit can be. */
function randomFloat(random, type) {
  const [most, digits] = FLOATS[type]
  if (random.chance(0.05)) return random.pick(['inf', '-Infinity', 'nan', '0', '-0', '1e-999', 'INF', '+infinity'])
  if (random.chance(0.4)) {
    const exponent = random.integer(-most - 10, most - digits)
    const text = String(random.bigBits() % 10n ** BigInt(digits))
    return `${random.pick(['', '-', '+'])}${text.slice(0, 1)}.${text.slice(1)}e${Math.min(exponent, most - 1)}`
  }
  const precision = { e: 11, f: 24, d: 53 }[type]
  const mantissa = (1n << BigInt(precision)) | (random.bigBits() & ((1n << BigInt(precision)) - 1n)) | 1n
  const shift = random.integer(0, { e: 20, f: 100, d: 200 }[type])
  // mantissa / 2 ** shift, exactly, as decimal digits: a middle, since its last bit is one more than the type has.
  const scaled = String(mantissa * 5n ** BigInt(shift)).padStart(shift + 1, '0')
  const text = shift === 0 ? scaled : `${scaled.slice(0, -shift)}.${scaled.slice(-shift)}`
  const isWhole = !text.includes('.')
  return random.pick([text, `${text}${isWhole ? '.' : ''}000000000000000000000001`, below(text)])
}

/** A little less: the last digit that is not zero goes down, and nines follow. */
function below(text) {
  const at = text.search(/[1-9][.0]*$/)
  const less = text.slice(0, at) + String(Number(text[at]) - 1) + text.slice(at + 1).replaceAll('0', '9')
  return `${less}${less.includes('.') ? '' : '.'}999999999999`
}
