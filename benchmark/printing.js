/** Columns: heading, width, the text of a row. */
const COLUMNS = [
  ['', 44, ({ name }) => name],
  ['goal', 18, ({ goal }) => goal],
  ['result', 26, ({ result }) => result],
  ['', 8, ({ met }) => verdict(met)],
  ['middle half', 14, ({ measured }) => measured && `${measured.lower.toFixed(2)} … ${measured.upper.toFixed(2)}`],
  ['ours', 10, ({ measured }) => measured && duration(measured.ours)],
  ['theirs', 10, ({ measured }) => measured && duration(measured.theirs)],
]

function verdict(met) {
  if (met === null) return ''
  return met ? 'met' : 'MISSED'
}

function duration(nanoseconds) {
  if (nanoseconds >= 1e6) return `${(nanoseconds / 1e6).toFixed(1)} ms`
  if (nanoseconds >= 1e3) return `${(nanoseconds / 1e3).toFixed(1)} µs`
  return `${nanoseconds.toFixed(nanoseconds < 100 ? 2 : 0)} ns`
}

function line(cells) {
  return `  ${cells.map((cell, column) => (cell || '').padEnd(COLUMNS[column][1])).join(' ')}`.trimEnd()
}

export function printHeader({ machine, peers }) {
  for (const [name, value] of Object.entries(machine)) console.log(`${name.padEnd(29)} ${value}`)
  for (const { name, version, absent } of peers)
    console.log(`${name.padEnd(29)} ${absent ? `ABSENT: ${absent}` : version}`)
}

export function printMatch(title, rows) {
  console.log(`\n${title}`)
  console.log(line(COLUMNS.map(([heading]) => heading)))
  for (const row of rows) console.log(line(COLUMNS.map(([, , text]) => text(row))))
}

export function printSummary({ rows, wrong }) {
  const missed = rows.filter(({ met }) => met === false)
  const judged = rows.filter(({ met }) => met !== null)
  console.log(`\n${judged.length - missed.length} of ${judged.length} goals met.`)
  for (const { match, name, goal, result } of missed)
    console.log(`  missed: ${match}: ${name}: ${result}, goal ${goal}`)
  console.log(wrong.length === 0 ? 'Every answer was verified.' : `WRONG ANSWERS:\n  ${wrong.join('\n  ')}`)
}
