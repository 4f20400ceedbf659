// What index.d.ts declares, member by member. Reads the form that prettier gives the file and refuses every line it does not
// understand, so that nothing is left out in silence.
import { readFileSync } from 'node:fs'

const FILE = new URL('../../index.d.ts', import.meta.url)

const TOP = /^(?:export )?(?:type|interface|const) (\w+)/
const MEMBER = /^ {2}(readonly )?(new|\w+|\[index: number\]|\[Symbol\.\w+\])(\??:| ?[(<])/
/** Lines that go on with a type, and those that say nothing. */
const OTHER = /^(?:$|\/\/|\}| +[|?:'A-Z]|export \{\}$)/

/** The text of a comment and the lines of its examples. */
function readComment(lines) {
  const text = lines.map((line) =>
    line
      .replace(/^ *(?:\/\*\*|\*\/| \* ?)/, '')
      .replace(/ ?\*\/$/, '')
      .trimEnd(),
  )
  const [prose, ...tags] = text
    .join('\n')
    .trim()
    .split(/^(?=@)/m)
  const tagged = (tag) => tags.filter((part) => part.startsWith(`@${tag}`)).map((part) => part.slice(tag.length + 1))
  return {
    prose: prose.trim(),
    throws: tagged('throws').map((part) => part.trim()),
    examples: tagged('example').map((part) => part.trim()),
  }
}

/**
 * Everything declared: `{ of, name, line, isExported, isReadonly, isMethod, prose, throws, examples }`, where `of` is the
 * interface a member belongs to, and undefined for what stands by itself.
 */
export function readDeclarations(source = readFileSync(FILE, 'utf8')) {
  const found = []
  let comment
  let container
  let signature = false
  for (const [at, line] of source.split('\n').entries()) {
    if (comment?.isOpen) {
      comment.lines.push(line)
      comment.isOpen = !line.endsWith('*/')
      continue
    }
    if (line.trim().startsWith('/**')) {
      comment = { lines: [line], isOpen: !line.endsWith('*/') }
      continue
    }
    if (signature) {
      // It ends in a line that begins with its closing bracket.
      signature = !/^ {2}\)/.test(line)
      continue
    }
    const top = TOP.exec(line)
    const member = container === undefined ? null : MEMBER.exec(line)
    if (top === null && member === null) {
      if (!OTHER.test(line)) throw new Error(`index.d.ts:${at + 1} is not understood: ${line}`)
      continue
    }
    const isType = top !== null
    if (isType) container = line.endsWith('{') ? top[1] : undefined
    else signature = line.endsWith('(')
    found.push({
      of: isType ? undefined : container,
      name: isType ? top[1] : member[2],
      line: at + 1,
      isExported: line.startsWith('export '),
      isReadonly: !isType && member[1] !== undefined,
      isMethod: !isType && /[(<]/.test(member[3]),
      ...readComment(comment?.lines ?? []),
    })
    comment = undefined
  }
  return found
}
