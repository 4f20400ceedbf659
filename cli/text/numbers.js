// Numbers as text, without loss.

/** The shortest digits that give the same number; -0 keeps its sign. */
export const textOf = (value) => (Object.is(value, -0) ? '-0' : String(value))
