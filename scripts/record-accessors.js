// The text of lib/record-accessors.generated.js: the functions that read and store records, copied for each number of fields and for
// several types. V8 keeps what it learns about a function with its place in the source, so a copy that serves one type only makes
// its objects as fast as a literal in a program. generated.js writes the file.

/** Records of more fields are read and stored in loops. */
const MOST_FIELDS = 8
/** The number of types with as many fields that have a copy each. */
const copiesOf = (count) => (count <= 4 ? 8 : 4)

const nameOf = (count, copy) => `fields${count}_${copy}`

/** The text of one copy. `storing` of lib/object-elements.js does the same in a loop. */
function accessors(count, copy) {
  const numbers = Array.from({ length: count }, (_, number) => number)
  const each = (text, separator = '') => numbers.map((n) => text.replaceAll('#', n)).join(separator)
  return `function ${nameOf(count, copy)}(fields, itemsize, { clear, inBytes, notAnObject, refuse }) {
  const [${each('f#', ', ')}] = fields
${each('  const { name: n#, offset: o#, read: r#, fits: t#, check: c#, write: w# } = f#\n')}
  return {
    read: (data, at) => ({ ${each('[n#]: r#(data, at + o#)', ', ')} }),
    store(memory, where, value) {
      if (typeof value !== 'object' || value === null) throw notAnObject(value)
      for (const key in value) if (${each('key !== n#', ' && ')}) refuse(value, key)
${each('      let v# = value[n#]\n')}${each('      if (!t#(v#)) v# = c#(v#)\n')}
      const { data, words, writable } = memory
      const length = words[LENGTH]
      const isNew = where === END
      const index = isNew ? length : where
      const at = index * itemsize
      if (index < (isNew ? words[ROOM] : length) && at + itemsize <= writable.length && faultCount() === words[FAULTS_SEEN]) {
${each('        w#(data, at + o#, v#)\n')}        if (clear !== undefined) clear(data, at)
        if (faultCount() === words[FAULTS_SEEN]) {
          if (isNew) words[LENGTH] = length + 1
          return undefined
        }
      }
      return inBytes([${each('v#', ', ')}])
    },
  }
}
`
}

/** The text of the generated file. */
export function recordAccessors() {
  const counts = Array.from({ length: MOST_FIELDS }, (_, at) => at + 1)
  const copiesFor = (count) => Array.from({ length: copiesOf(count) }, (_, copy) => copy)
  const functions = counts.flatMap((count) => copiesFor(count).map((copy) => accessors(count, copy)))
  const table = counts.map((count) => {
    const names = copiesFor(count).map((copy) => nameOf(count, copy))
    return `  [${names.join(', ')}],\n`
  })
  return `// Written by scripts/record-accessors.js. Edit that.

import { faults } from './faults.js'
import * as state from './state.js'

const { END, FAULTS_SEEN, LENGTH, ROOM } = state
const faultCount = faults

${functions.join('\n')}
/** By number of fields, the copies of the function that makes \`read\` and \`store\` of a record type. */
export const RECORD_ACCESSORS = Object.freeze([
  [],
${table.join('')}])
`
}
