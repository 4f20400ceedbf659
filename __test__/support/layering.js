// Which file may name which: the direction of the arrows, as src/lib.rs states it for Rust and as the functions below
// state it for JavaScript. Pure functions over { path: text }, so that a test can plant violations.
import { readFileSync, readdirSync } from 'node:fs'
import { join, posix } from 'node:path'

/** What is JavaScript of the package's. */
const SCRIPTS = ['bin', 'cli', 'index.js', 'lib', 'native.js']

/** What the command line tool shares with the package: the one table of the names of types. */
const TABLES = new Set(['lib/type-hints.js', 'lib/type-names.js'])

/** Every violation in a checkout, one line each. */
export function checkCheckout(root) {
  const read = (path) => [path, readFileSync(join(root, path), 'utf8')]
  const listed = (folder, extension) => {
    if (folder.endsWith(extension)) return [folder]
    return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith(extension))
      .map((entry) => posix.join(entry.parentPath.slice(root.length + 1), entry.name))
      .toSorted()
  }
  return [
    ...checkRust(Object.fromEntries(listed('src', '.rs').map(read))),
    ...checkJavaScript(Object.fromEntries(SCRIPTS.flatMap((place) => listed(place, '.js')).map(read))),
  ]
}

/** Violations in the crate. The order comes from the line `//! layer: top > ... > bottom` in src/lib.rs. */
export function checkRust(files) {
  const stated = /^\/\/! layer: (.+)$/m.exec(files['src/lib.rs'] ?? '')
  if (!stated) return ['src/lib.rs: no line `//! layer: top > ... > bottom`']
  const layers = stated[1].split('>').map((name) => name.trim())

  const modules = Object.entries(files)
    .filter(([path]) => path !== 'src/lib.rs')
    .map(([path, text]) => ({ path, layer: path.split('/')[1].replace(/\.rs$/, ''), code: blankOutRust(text) }))
  // An exported macro is named at the root of the crate, but belongs to the layer that defines it.
  const macros = new Map(
    modules.flatMap(({ layer, code }) =>
      [...code.matchAll(/#\[macro_export\]\s*(?:#\[[^\]]*\]\s*)*macro_rules!\s*(\w+)/g)].map(([, name]) => [
        name,
        layer,
      ]),
    ),
  )

  const violations = []
  for (const { path, layer, code } of modules) {
    const level = layers.indexOf(layer)
    if (level === -1) {
      violations.push(`${path}: ${layer} is no layer that src/lib.rs states`)
      continue
    }
    for (const name of namesFromCrateRoot(path, code)) {
      const other = macros.get(name) ?? name
      if (!layers.includes(other)) violations.push(`${path}: names crate::${name}, which is no layer`)
      else if (layers.indexOf(other) < level) violations.push(`${path}: ${layer} names ${name}, which stands above it`)
    }
    if (layer !== layers[0] && /\bnapi/.test(code)) {
      violations.push(`${path}: names napi, which only src/${layers[0]} may`)
    }
  }
  for (const layer of layers) {
    if (!modules.some((module) => module.layer === layer))
      violations.push(`src/lib.rs: states the layer ${layer}, which has no file`)
  }
  return violations
}

/** The text with comments, strings and characters blanked out: a doc comment may link upwards. */
export function blankOutRust(text) {
  const tokens =
    /\/\/[^\n]*|(?<raw>\bb?r(?<hashes>#*)"[\s\S]*?"\k<hashes>)|"(?:\\[\s\S]|[^"\\])*"|'(?:\\[^'\n]+|\\'|[^'\\\n])'|\/\*/g
  let code = ''
  let from = 0
  for (let token = tokens.exec(text); token; token = tokens.exec(text)) {
    const end = token[0] === '/*' ? endOfBlockComment(text, token.index) : tokens.lastIndex
    code += text.slice(from, token.index) + ' '
    from = tokens.lastIndex = end
  }
  return code + text.slice(from)
}

/** Rust's block comments nest. */
function endOfBlockComment(text, start) {
  const marks = /\/\*|\*\//g
  marks.lastIndex = start
  let depth = 0
  for (let mark = marks.exec(text); mark; mark = marks.exec(text)) {
    depth += mark[0] === '/*' ? 1 : -1
    if (depth === 0) return marks.lastIndex
  }
  return text.length
}

/** The names that a file takes directly from the root of its crate, by `crate::` or by as many `super::` as lead there. */
function namesFromCrateRoot(path, code) {
  const segments = path
    .replace(/^src\//, '')
    .replace(/(\/mod)?\.rs$/, '')
    .split('/')
  const names = []
  // Inline modules (`mod tests { ... }`) put a `super::` one step deeper.
  const open = []
  let braces = 0
  const marks = /\bmod\s+(?:r#)?\w+\s*\{|[{}]|\b(?<path>crate|super(?:\s*::\s*super)*)\s*::\s*/g
  for (let mark = marks.exec(code); mark; mark = marks.exec(code)) {
    if (mark[0] === '}') {
      braces -= 1
      if (open.at(-1) === braces) open.pop()
    } else if (!mark.groups.path) {
      if (mark[0] !== '{') open.push(braces)
      braces += 1
    } else {
      const depth = segments.length + open.length
      const climbed = mark.groups.path === 'crate' ? depth : mark.groups.path.match(/super/g).length
      for (const { name, supers } of namesAfter(code.slice(marks.lastIndex))) {
        if (climbed + supers === depth) names.push(name)
      }
    }
  }
  return new Set(names)
}

/** What `rest`, the text after `crate::` or `super::`, begins with: one name, or those of a group `{a, b::c}`. */
function namesAfter(rest) {
  if (!rest.startsWith('{')) return [leadingName(rest)]
  const items = []
  let depth = 0
  let item = ''
  for (const character of rest) {
    if (character === '{') depth += 1
    if (character === '}') depth -= 1
    if (depth === 0 || (depth === 1 && character === ',')) {
      items.push(item.replace(/^\{/, ''))
      item = ''
      if (depth === 0) break
    } else item += character
  }
  return items
    .map((text) => text.replace(/^,/, '').trim())
    .filter((text) => text !== '' && text !== 'self')
    .map(leadingName)
}

function leadingName(text) {
  const [, climbs, name] = /^((?:super\s*::\s*)*)(\*|(?:r#)?\w*)/.exec(text)
  return { name, supers: (climbs.match(/super/g) ?? []).length }
}

/**
 * Violations in JavaScript: `bin/` > `cli/` > `index.js` > `lib/mmap-array.js` > the rest of lib/ > `native.js`; no cycles. What
 * a browser runs stands apart.
 */
export function checkJavaScript(files) {
  const face = 'index.js'
  const main = 'lib/mmap-array.js'
  const native = 'native.js'
  const page = 'cli/viewer/page/'
  const violations = []
  const imports = {}
  for (const [path, text] of Object.entries(files)) {
    imports[path] = []
    for (const specifier of specifiersIn(text)) {
      // A query makes another copy of the same file.
      const [file] = specifier.split('?')
      const target = file.startsWith('.') ? posix.join(posix.dirname(path), file) : file
      const forbidden = whyForbidden(path, target)
      if (forbidden) violations.push(`${path}: imports ${specifier}: ${forbidden}`)
      if (target in files) imports[path].push(target)
    }
  }
  return [...violations, ...cyclesIn(imports)]

  function whyForbidden(path, target) {
    if (path === face) return target.startsWith('lib/') && target in files ? '' : 'index.js imports from lib/ only'
    if (path.startsWith(page)) return whyNotIn(target, page)
    if (target.startsWith('node:')) return ''
    if (path.startsWith('bin/')) return target === 'cli/main.js' ? '' : 'bin/ imports cli/main.js only'
    // What is bundled is not there before it is made.
    if (path.startsWith('cli/'))
      return target === face || target.startsWith('dist/') || TABLES.has(target) ? '' : whyNotIn(target, 'cli/')
    if (path === native) return 'native.js imports from Node.js only'
    if (target === native) return ''
    if (target === face) return 'nothing imports index.js'
    if (target === main) return `${main} stands above the rest of lib/`
    if (!target.startsWith('lib/')) return 'lib/ imports from itself and from Node.js only'
    return target in files ? '' : 'there is no such file'
  }

  function whyNotIn(target, folder) {
    if (!target.startsWith(folder) || target.startsWith(page) !== folder.startsWith(page))
      return `${folder} imports from itself`
    return target in files ? '' : 'there is no such file'
  }
}

function specifiersIn(text) {
  const code = text.replace(/^\s*(?:\/\*[\s\S]*?\*\/|\/\/.*$)/gm, '')
  const forms = [
    /^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*(['"])(.+?)\1/gm,
    /^\s*import\s*(['"])(.+?)\1/gm,
    /\b(?:import|require)\s*\(\s*(['"`])(.+?)\1/g,
  ]
  return forms.flatMap((form) => [...code.matchAll(form)].map((match) => match[2]))
}

function cyclesIn(imports) {
  const done = new Set()
  const cycles = []
  const visit = (path, trail) => {
    if (trail.includes(path)) {
      cycles.push(`${[...trail.slice(trail.indexOf(path)), path].join(' > ')}: a cycle`)
    } else if (!done.has(path)) {
      for (const target of imports[path]) visit(target, [...trail, path])
      done.add(path)
    }
  }
  for (const path of Object.keys(imports)) visit(path, [])
  return cycles
}
