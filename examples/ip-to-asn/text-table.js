const INDENT = '  '
const GAP = '  '

/**
 * Lines with aligned columns. `columns` are the headings. A column whose heading starts with '>' is aligned to the right. Cells wider than
 * `widest` are cut, so that names from the data do not break the layout.
 */
export function textTable(columns, rows, { widest = 50 } = {}) {
  const isRight = columns.map((heading) => heading.startsWith('>'))
  const headings = columns.map((heading) => heading.replace(/^>/, ''))
  const cells = [headings, ...rows].map((row) => row.map((cell) => shorten(String(cell), widest)))
  const widths = headings.map((_, column) => Math.max(...cells.map((row) => row[column].length)))
  return cells.map((row) => {
    const padded = row.map((cell, column) =>
      isRight[column] ? cell.padStart(widths[column]) : cell.padEnd(widths[column]),
    )
    return INDENT + padded.join(GAP).trimEnd()
  })
}

function shorten(cell, widest) {
  return cell.length > widest ? `${cell.slice(0, widest - 1)}…` : cell
}
