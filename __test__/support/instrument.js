// Turns the comments of an example into checks.
//
//   expression // => text            the value prints as the text (util.inspect, in one line)
//   const name = … // => text        the same, of what was declared
//   statement // throws Class CODE   it throws an error of that class with that code
const CHECKS = JSON.stringify(new URL('./example-checks.js', import.meta.url).href)

const EXPECTATION = /^(\s*)(\S.*?)\s*\/\/ (=>|throws) (.+)$/
const DECLARATION = /^(?:const|let) (\w+) = /

/** The example with its comments turned into checks, line by line, and the lines that have one. */
export function instrument(code, { importsPackage = false } = {}) {
  const checks = []
  const lines = code.split('\n').map((line, at) => {
    const [, indent, statement, kind, text] = EXPECTATION.exec(line) ?? []
    if (statement === undefined || statement.startsWith('//')) return line
    const check = at + 1
    const expected = `${JSON.stringify(text)}, ${check}`
    checks.push(check)
    if (kind === 'throws') {
      return `${indent}try { ${statement}; throw new __checks.NothingThrown() } catch (error) { __checks.threw(error, ${expected}) }`
    }
    const declared = DECLARATION.exec(statement)?.[1]
    if (declared) return `${indent}${statement}; __checks.shows(${declared}, ${expected})`
    return `${indent};__checks.shows(${statement}, ${expected})`
  })
  const imports = [`import * as __checks from ${CHECKS}`]
  if (importsPackage) imports.push(`import { MmapArray } from 'mmap-array'`)
  return { code: `${imports.join('; ')}; ${lines.join('\n')}`, checks }
}
