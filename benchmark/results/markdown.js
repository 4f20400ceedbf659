import { BOUND, bestPeer, isLost, tableOf } from './cells.js'

export function resultsText(report) {
  const table = tableOf(report)
  return `${[
    '# Results',
    'A record of one run, written by it: `npm run bench`. [README.md](README.md) says how it measures and how to read it.',
    about(report),
    summary(report, table),
    '![Speed of each operation against the best peer](speed.svg)',
    ratios(report, table),
    lost(table),
    goals(report),
    bySize(report),
    peers(report),
  ].join('\n\n')}\n`
}

function about({ machine }) {
  return Object.entries(machine)
    .map(([name, value]) => `- ${name}: ${name === 'command' ? `\`${value}\`` : value}`)
    .join('\n')
}

function summary({ rows, wrong }, table) {
  const judged = rows.filter(({ met }) => met !== null)
  const met = judged.filter(({ met }) => met)
  const withPeers = table.map(bestPeer).filter(Boolean)
  const behind = withPeers.filter(isLost)
  return [
    `**${met.length} of ${judged.length} goals met, ${judged.length - met.length} missed.**`,
    `**In ${behind.length} of ${withPeers.length} rows some peer is faster than we are.**`,
    wrong.length === 0 ? 'Every answer was verified.' : `**Wrong answers: ${wrong.join('; ')}.**`,
  ].join(' ')
}

function ratios({ peers }, table) {
  const names = peers.map(({ name }) => name).filter((name) => table.some(({ cells }) => name in cells))
  const rows = table.map(({ title, typecode, ours, cells }) => [
    title,
    `\`${typecode}\``,
    duration(ours),
    ...names.map((name) => (cells[name] ? cell(cells[name]) : '')),
  ])
  return [
    '## Ours divided by theirs',
    'Our time divided by theirs, the median, and between which two numbers half of all ratios lie. **Smaller is better; 1 is as fast.** ' +
      '▲: they are faster, by more than 5 %. ✗: the goal is missed. Empty: they have no such thing. C is no peer but a bound: ' +
      'what the machine can do. *ours* is the time of one element, or of one call where the row is about calls.',
    markdownTable(['', 'type', 'ours', ...names], rows),
  ].join('\n\n')
}

function cell(measured) {
  const { ratio, lower, upper, met } = measured
  const marks = `${isLost(measured) ? ' ▲' : ''}${met === false ? ' ✗' : ''}`
  const text = `${short(ratio)}${marks} (${short(lower)}–${short(upper)})`
  return marks ? `**${text}**` : text
}

function lost(table) {
  const rows = table
    .map((row) => ({ ...row, best: bestPeer(row) }))
    .filter(({ best }) => best && isLost(best))
    .sort((a, b) => b.best.ratio - a.best.ratio)
    .map(({ title, typecode, best }) => [
      title,
      `\`${typecode}\``,
      best.peer,
      short(best.ratio),
      duration(best.ours),
      duration(best.theirs),
    ])
  return [
    '## Where we lose',
    rows.length === 0
      ? 'Nowhere, in this run.'
      : markdownTable(['', 'type', 'the fastest peer', 'ours / theirs', 'ours', 'theirs'], rows),
  ].join('\n\n')
}

function goals({ rows }) {
  const judged = rows.filter(
    ({ met, operation, bySize }) => bySize === undefined && (met !== null || operation === undefined),
  )
  const text = ({ match, name, goal, result, met }) => [
    name.includes(' / ') && match.startsWith(name.split(' / ')[0])
      ? `${match} / ${name.split(' / ').at(-1)}`
      : `${match}: ${name}`,
    goal,
    result,
    met === null ? '' : met ? 'met' : '**✗ missed**',
  ]
  return ['## Goals', markdownTable(['', 'goal', 'result', ''], judged.map(text))].join('\n\n')
}

function bySize({ rows }) {
  const points = rows
    .filter(({ bySize }) => bySize)
    .map(({ match, bySize }) => ({ ...bySize, title: match.split(' by size')[0] }))
  const sizes = [...new Set(points.map(({ n }) => n))].sort((a, b) => a - b)
  const lines = Map.groupBy?.(points, ({ title, peer }) => `${title}\n${peer}`) ?? grouped(points)
  const table = [...lines.values()].map((line) => [
    line[0].title,
    line[0].peer,
    ...sizes.map((size) => line.find(({ n }) => n === size)).map((point) => (point ? duration(point.nanoseconds) : '')),
  ])
  return [
    '## By size',
    "The time of one element, typecode `'i'`, in arrays of so many elements. Empty: not to be had, too slow, or too little memory.",
    '![Time of an element by size](size.svg)',
    markdownTable(['', '', ...sizes.map((n) => `10^${Math.log10(n)}`)], table),
  ].join('\n\n')
}

function grouped(points) {
  const lines = new Map()
  for (const point of points) {
    const key = `${point.title}\n${point.peer}`
    lines.set(key, [...(lines.get(key) ?? []), point])
  }
  return lines
}

function peers({ peers }) {
  const rows = peers.map(({ name, version, absent }) => [name, absent ? `**absent**: ${absent}` : version])
  return [
    '## Who was asked',
    markdownTable(['', ''], rows),
    `${BOUND} is compiled for this very processor; the others come as their registries have them. Not asked: \`mmap-object\` and ` +
      '`cluster-shared-memory` (values under string keys, no array), `shmmap` (maps by `mmap-io`), `mmapfile` (does not compile since Node.js 12), Bun.',
  ].join('\n\n')
}

function markdownTable(headings, rows) {
  const line = (cells) => `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`
  return [line(headings), line(headings.map(() => '---')), ...rows.map(line)].join('\n')
}

/** Three digits that count. */
function short(ratio) {
  if (ratio >= 100) return ratio.toFixed(0)
  return ratio >= 10 ? ratio.toFixed(1) : ratio.toFixed(ratio < 0.1 ? 3 : 2)
}

function duration(nanoseconds) {
  if (nanoseconds >= 1e6) return `${(nanoseconds / 1e6).toFixed(1)} ms`
  if (nanoseconds >= 1e3) return `${(nanoseconds / 1e3).toFixed(1)} µs`
  return `${nanoseconds.toPrecision(3)} ns`
}
