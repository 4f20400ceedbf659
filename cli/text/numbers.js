// Numbers as text, without loss.

/** From here on, String has an exponent. */
const WITH_EXPONENT = 1e21

/** Whether a double is an integer from which doubles do not tell the next, and that String writes without an exponent. */
export const isBeyondSafe = (value) =>
  (value > Number.MAX_SAFE_INTEGER && value < WITH_EXPONENT) ||
  (value < Number.MIN_SAFE_INTEGER && value > -WITH_EXPONENT)

/**
 * The fewest digits that give the same number; -0 keeps its sign. An integer has all of its digits: the fewest, with zeros behind
 * them, may be read as another integer.
 */
export function textOf(value) {
  if (typeof value === 'object') return complexText(value)
  if (isBeyondSafe(value)) return String(BigInt(value))
  return Object.is(value, -0) ? '-0' : String(value)
}

/** As Python writes a complex number, without parentheses: 1.5-2j. */
function complexText({ re, im }) {
  const part = textOf(im)
  return `${textOf(re)}${part.startsWith('-') ? '' : '+'}${part}j`
}
