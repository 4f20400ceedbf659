// Finds the name that somebody probably meant.

/** @returns {string | undefined} the name that is at most two typing errors away, or half of the letters if those are fewer */
export function nearestName(given, names) {
  const most = Math.min(2, Math.floor(given.length / 2))
  const found = names.map((name) => ({ name, errors: errorsBetween(given, name) }))
  return found.filter(({ errors }) => errors <= most).toSorted((a, b) => a.errors - b.errors)[0]?.name
}

/** How many characters must be added, left out or changed to make one text of another (Levenshtein's distance). */
function errorsBetween(one, other) {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at)
  for (const [index, letter] of [...one].entries()) {
    const next = [index + 1]
    for (let at = 0; at < other.length; at++)
      next.push(Math.min(next[at] + 1, row[at + 1] + 1, row[at] + (letter === other[at] ? 0 : 1)))
    row = next
  }
  return row.at(-1)
}
