/**
 * The records of a CSV text (RFC 4180), each as an array of fields. Quoted fields may hold commas, line ends and doubled
 * quotes. `position` is the end of the record in the text, for a progress bar. Empty lines are skipped.
 */
export function* csvRecords(text) {
  let position = 0
  while (position < text.length) {
    const newline = text.indexOf('\n', position)
    const end = newline === -1 ? text.length : newline
    const line = text.slice(position, end)
    let fields
    if (line.includes('"')) {
      ;({ fields, position } = quotedRecord(text, position))
    } else {
      fields = withoutReturn(line).split(',')
      position = Math.min(end + 1, text.length)
    }
    if (fields.length > 1 || fields[0] !== '') yield { fields, position }
  }
}

/** The slow way, for records with quotes. Only these can be longer than their first line. */
function quotedRecord(text, position) {
  const fields = []
  for (;;) {
    let field = ''
    if (text[position] === '"') {
      const opened = position++
      for (;;) {
        const quote = text.indexOf('"', position)
        if (quote === -1) throw new SyntaxError(`CSV: the quoted field that starts at character ${opened} never ends`)
        field += text.slice(position, quote)
        position = quote + 1
        if (text[position] !== '"') break
        field += '"'
        position++
      }
    }
    const tail = position
    while (position < text.length && text[position] !== ',' && text[position] !== '\n') position++
    const isLast = text[position] !== ','
    field += isLast ? withoutReturn(text.slice(tail, position)) : text.slice(tail, position)
    fields.push(field)
    position = Math.min(position + 1, text.length)
    if (isLast) return { fields, position }
  }
}

function withoutReturn(line) {
  return line.endsWith('\r') ? line.slice(0, -1) : line
}
