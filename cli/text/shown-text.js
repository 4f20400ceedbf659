// Text of a file in a message.

const LONGEST = 60

/** In quotes, and not all of it where it is long. */
export const shownText = (text) => (text.length > LONGEST ? `'${text.slice(0, LONGEST)}…'` : `'${text}'`)
