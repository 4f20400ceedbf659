// Writes the record of a run, RESULTS.md, and prepares the numbers of its pictures.
import { digits, duration } from './comparison.js'
import { BOUND } from './subjects.js'

/** A bound of the machine, and another array of ours. */
export const NO_COMPETITORS = [BOUND, 'reserved MmapArray']

/** Slower by more than noise. */
export const isLost = ({ ratio }) => ratio > 1.05

/** For each operation and typecode: { title, typecode, ours, cells, best }, `cells` by subject, `best` the fastest competitor's. */
export function tableOf({ lines }) {
  const table = new Map()
  for (const { operation, typecode, subject, measured, met, name } of lines) {
    if (operation === undefined || name.endsWith('in itself')) continue
    const key = `${operation} ${typecode}`
    if (!table.has(key)) table.set(key, { title: operation, typecode, ours: measured.ours, cells: {} })
    table.get(key).cells[subject] = { subject, met, ...measured }
  }
  for (const row of table.values()) {
    const competitors = Object.values(row.cells).filter(({ subject }) => !NO_COMPETITORS.includes(subject))
    row.best = competitors.sort((a, b) => b.ratio - a.ratio)[0]
  }
  return [...table.values()]
}

function goalsMet({ lines }) {
  const judged = lines.filter(({ met }) => met !== null)
  const missed = judged.filter(({ met }) => !met).length
  return `${judged.length - missed} of ${judged.length} goals met, ${missed} missed.`
}

/** The text at the end of a run. */
export function summary(report) {
  const missed = report.lines.filter(({ met }) => met === false)
  const list = missed.map(({ row, name, goal, result }) => `  missed: ${row}: ${name}: ${result}, goal ${goal}\n`)
  return `${goalsMet(report)}\n${list.join('')}Every answer was verified.`
}

/** The text of a row. */
export function rowTable(lines) {
  const rows = lines.map(({ name, goal, result, met, measured }) => {
    const { lower, upper, ours, theirs } = measured ?? {}
    const times = measured
      ? [`${lower.toFixed(2)} … ${upper.toFixed(2)}`, duration(ours), duration(theirs)]
      : ['', '', '']
    return [name, goal, result, verdict(met), ...times]
  })
  return markdownTable(['', 'goal', 'result', '', 'middle half', 'ours', 'theirs'], rows)
}

const verdict = (met) => (met === null ? '' : met ? 'met' : '**✗ missed**')

/**
 * @param report the runs on the Node.js of the record
 * @param {Array} others the runs on other Node.js: their ratios follow
 */
export function markdown(report, others = []) {
  const { runs = 1, machine, lines, subjects } = report
  const table = tableOf(report)
  const compared = table.filter(({ best }) => best)
  const lost = compared.filter(({ best }) => isLost(best)).sort((a, b) => b.best.ratio - a.best.ratio)
  return `# Results

${runs === 1 ? 'A record of one run' : `A record of ${runs} separate runs`}, made by \`npm run bench\`. [README.md](README.md) says how it measures and how to read it.

${facts(machine)}

**${goalsMet(report)}** **In ${lost.length} of ${compared.length} rows a competitor is faster than we are.** Every answer was verified.

![Speed of each operation against what a Node.js program would otherwise use](speed.svg)

## Ours divided by theirs

Our time divided by theirs: the median, and in brackets ${rangeOf(runs)}. \
**Smaller is better; 1 is as fast.** ▲: they are faster, by more than 5 %. ✗: the goal is missed. Empty: they have no such operation. \
C is no competitor but a bound: what the machine can do. *ours* is the time of one element, or of one call if the row is about calls.

${ratios(subjects, table)}

## Where we lose

${lost.length === 0 ? 'Nowhere, in this run.' : losses(lost)}

${others.map(onAnotherNode).join('')}## Goals

${goals(lines)}

## By size

The time of one element, typecode \`'i'\`, in arrays of so many elements. Empty: not possible, too slow, or too little memory.

![Time of an element by size](size.svg)

${bySize(lines)}

## Subjects

${markdownTable(
  ['', ''],
  subjects.map(({ name, version, absent }) => [name, absent ? `**absent**: ${absent}` : version]),
)}

${BOUND} is compiled for this very processor; the others come as their registries have them. Not compared: \`mmap-object\` and \
\`cluster-shared-memory\` (values under string keys, no array), \`shmmap\` (maps by \`mmap-io\`), \`mmapfile\` (does not compile since \
Node.js 12), Bun.
`
}

const rangeOf = (runs) =>
  runs === 1
    ? 'the two numbers between which half of all ratios lie'
    : `the least and the greatest median of the ${runs} runs`

const facts = (machine) =>
  Object.entries(machine)
    .map(([name, value]) => `- ${name}: ${name === 'command' ? `\`${value}\`` : value}`)
    .join('\n')

/** A section of the ratios on another Node.js. */
function onAnotherNode(report) {
  const { runs, machine, subjects } = report
  const facts = ['date', 'load at the start', 'load at the end'].map((name) => `${name}: ${machine[name]}`).join('; ')
  return `## The same on Node.js ${machine.node}

Only the subjects whose speed depends on Node.js, from ${runs === 1 ? 'one run' : `${runs} runs`} (${facts}). In brackets: ${rangeOf(runs)}.

${ratios(subjects, tableOf(report))}

`
}

function ratios(subjects, table) {
  const names = subjects.map(({ name }) => name).filter((name) => table.some(({ cells }) => name in cells))
  const cell = (measured) => {
    if (measured === undefined) return ''
    const { ratio, lower, upper, met } = measured
    const marks = `${isLost(measured) ? ' ▲' : ''}${met === false ? ' ✗' : ''}`
    const text = `${digits(ratio)}${marks} (${digits(lower)}–${digits(upper)})`
    return marks ? `**${text}**` : text
  }
  return markdownTable(
    ['', 'type', 'ours', ...names],
    table.map(({ title, typecode, ours, cells }) => [
      title,
      `\`${typecode}\``,
      duration(ours),
      ...names.map((name) => cell(cells[name])),
    ]),
  )
}

function losses(rows) {
  const cells = rows.map(({ title, typecode, best: { subject, ratio, ours, theirs } }) => {
    return [title, `\`${typecode}\``, subject, digits(ratio), duration(ours), duration(theirs)]
  })
  return markdownTable(['', 'type', 'the fastest competitor', 'ours / theirs', 'ours', 'theirs'], cells)
}

function goals(lines) {
  const shown = lines.filter(({ met, operation, bySize }) => !bySize && (met !== null || !operation))
  const label = ({ row, name }) => {
    const [measured, other] = name.split(' / ')
    return other && row.startsWith(measured) ? `${row} / ${other}` : `${row}: ${name}`
  }
  return markdownTable(
    ['', 'goal', 'result', ''],
    shown.map((line) => [label(line), line.goal, line.result, verdict(line.met)]),
  )
}

function bySize(lines) {
  const points = lines.flatMap(({ bySize }) => bySize ?? [])
  const sizes = [...new Set(points.map(({ n }) => n))].sort((a, b) => a - b)
  const names = new Map(points.map(({ operation, subject }) => [`${operation} ${subject}`, { operation, subject }]))
  const rows = [...names.values()].map(({ operation, subject }) => {
    const own = points.filter((point) => point.operation === operation && point.subject === subject)
    const at = sizes.map((size) => own.find(({ n }) => n === size))
    return [operation, subject, ...at.map((point) => (point ? duration(point.nanoseconds) : ''))]
  })
  return markdownTable(['', '', ...sizes.map((n) => `10^${Math.log10(n)}`)], rows)
}

function markdownTable(headings, rows) {
  const line = (cells) => `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`
  return [line(headings), line(headings.map(() => '---')), ...rows.map(line)].join('\n')
}
