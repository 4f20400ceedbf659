import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { blankOutRust, checkCheckout, checkJavaScript, checkRust } from './support/layering.js'

const LIB_RS = '//! layer: node > array > os > error\n'

/** A crate that breaks no rule, but for the files given. */
const crate = (files) => ({
  'src/lib.rs': LIB_RS,
  'src/node/mod.rs': 'use napi::bindgen_prelude::*;\nuse crate::{array::Splice, error::Error};',
  'src/array/mod.rs': 'pub mod splice;\nuse crate::os;',
  'src/array/splice.rs': 'use super::growth;\nuse crate::{error::{Error, Result}, os::seal};',
  'src/os/seal.rs': 'use crate::error::Error;',
  'src/error.rs': '/// See [`crate::node`].\n#[macro_export]\nmacro_rules! fail { () => {} }',
  ...files,
})

/** A package that breaks no rule, but for the files given. */
const scripts = (files) => ({
  'index.js': "export { MmapArray } from './lib/mmap-array.js'",
  'lib/mmap-array.js':
    "import { inspect } from 'node:util'\nimport { x } from '../native.js'\nimport { y } from './errors.js'",
  'lib/errors.js': 'export const y = 1',
  ...files,
})

test('this checkout keeps the order', () => {
  const root = dirname(dirname(fileURLToPath(import.meta.url)))
  expect(checkCheckout(root)).toEqual([])
})

describe('Rust', () => {
  test('a sound crate has no violations', () => {
    expect(checkRust(crate())).toEqual([])
  })

  test.each([
    ['use', 'use crate::array::Splice;'],
    ['a path in an expression', 'fn f() { crate::array::splice() }'],
    ['a group', 'use crate::{error::Error, array::{Splice, growth}};'],
    ['a group over several lines', 'use crate::{\n    error::Error,\n    array,\n};'],
    ['super', 'use super::super::array::Splice;'],
    ['a group behind super', 'use super::{super::array::Splice, other};'],
    ['an inline module', 'mod tests { use super::super::super::array; }'],
    ['a macro of that layer', 'crate::splice!()', { 'src/array/macros.rs': '#[macro_export]\nmacro_rules! splice {}' }],
    ['after a string with a quote in it', 'const Q: &str = "\\""; use crate::array; const R: char = \'"\';'],
    ['after a raw string', 'const Q: &str = r#"a " b"#; use crate::array; const R: &str = "";'],
    ['after a nested comment', '/* a /* b */ c */ use crate::array; /* */'],
    ['after a lifetime', "fn f<'a>(x: &'a str) -> &'a str { crate::array::y(x, 'a') }"],
  ])('names a layer above: %s', (_, text, others) => {
    expect(checkRust(crate({ 'src/os/seal.rs': text, ...others }))).toEqual([
      expect.stringMatching(/^src\/os\/seal.rs: os names (array|splice), which stands above it$/),
    ])
  })

  test.each([
    ['its own layer', 'use crate::os::other;'],
    ['a doc comment', '//! Made for [`crate::array`].\n/* crate::node */'],
    ['a string', 'const TEXT: &str = "crate::array";'],
    ['a sibling of the same name as a layer', 'use super::array;'],
    ['a child of a sibling', 'mod tests { use super::super::array; }'],
    ['a macro of a layer below', 'use crate::fail;\ncrate::fail!();'],
  ])('is silent about %s', (_, text) => {
    expect(checkRust(crate({ 'src/os/seal.rs': text }))).toEqual([])
  })

  test('inline modules end where their brace ends', () => {
    const text = 'mod a { fn f() { { } } }\nuse super::super::array;'
    expect(checkRust(crate({ 'src/os/seal.rs': text }))).toHaveLength(1)
    expect(checkRust(crate({ 'src/os/seal.rs': 'use super::super::array;\nmod a { fn f() { } }' }))).toHaveLength(1)
  })

  test.each(['use napi::Error;', '#[napi]\nfn f() {}', 'napi_derive::napi!()', 'fn f() -> napi::Result<()> {}'])(
    'napi outside src/node: %s',
    (text) => {
      expect(checkRust(crate({ 'src/array/mod.rs': text }))).toEqual([
        'src/array/mod.rs: names napi, which only src/node may',
      ])
    },
  )

  test('what is no layer', () => {
    expect(checkRust(crate({ 'src/util.rs': '' }))).toEqual(['src/util.rs: util is no layer that src/lib.rs states'])
    expect(checkRust(crate({ 'src/error.rs': 'use crate::*;' }))).toEqual([
      'src/error.rs: names crate::*, which is no layer',
    ])
    expect(checkRust(crate({ 'src/error.rs': 'use crate::Splice;' }))).toEqual([
      'src/error.rs: names crate::Splice, which is no layer',
    ])
    expect(checkRust(crate({ 'src/lib.rs': '//! layer: node > array > os > disk > error' }))).toEqual([
      'src/lib.rs: states the layer disk, which has no file',
    ])
    expect(checkRust(crate({ 'src/lib.rs': '//! Nothing.' }))).toHaveLength(1)
  })

  test('blanks out comments and literals only', () => {
    const code = "let a = b'\\''; // c\nlet d: &'static str = \"e // f\"; /* g */ let h = '\\u{1F600}';"
    expect(blankOutRust(code).replace(/\s+/g, ' ')).toBe("let a = b ; let d: &'static str = ; let h = ;")
  })
})

describe('JavaScript', () => {
  test('a sound package has no violations', () => {
    expect(checkJavaScript(scripts())).toEqual([])
    const tool = {
      'bin/tool.js': "import { main } from '../cli/main.js'",
      'cli/main.js':
        "import 'node:fs'\nimport '../index.js'\nimport '../dist/x.js'\nawait import('./viewer/server.js')",
      'cli/viewer/server.js': "import './pyramid.js'",
      'cli/viewer/pyramid.js': "import 'node:http'",
      'cli/viewer/page/page.js': "import './axes.js'",
      'cli/viewer/page/axes.js': '',
    }
    expect(checkJavaScript(scripts(tool))).toEqual([])
  })

  test.each([
    ['index.js', "import { x } from './native.js'"],
    ['index.js', "import 'node:fs'"],
    ['index.js', "export * from './lib/missing.js'"],
    ['lib/mmap-array.js', "import { MmapArray } from '../index.js'"],
    ['lib/mmap-array.js', "import x from 'half'"],
    ['lib/mmap-array.js', "import x from '../scripts/setup.js'"],
    ['lib/errors.js', "import {\n  MmapArray,\n} from './mmap-array.js'"],
    ['lib/errors.js', "const { x } = await import('../index.js')"],
    ['lib/errors.js', "const x = require('../index.js')"],
    ['lib/errors.js', "export * from './missing.js'"],
    ['lib/errors.js', "import '../cli/main.js'"],
    ['bin/tool.js', "import '../index.js'"],
    ['cli/main.js', "import '../lib/errors.js'"],
    ['cli/main.js', "import '../native.js'"],
    ['cli/main.js', "import 'd3-array'"],
    ['cli/main.js', "import './missing.js'"],
    ['cli/main.js', "import './viewer/page/page.js'"],
    ['cli/viewer/page/page.js', "import 'node:fs'"],
    ['cli/viewer/page/page.js', "import '../../main.js'"],
    ['cli/viewer/page/page.js', "import '../../../index.js'"],
  ])('%s must not say %s', (path, text) => {
    const violations = checkJavaScript(scripts({ [path]: text }))
    expect(violations.filter((line) => line.startsWith(`${path}: imports `))).toHaveLength(1)
  })

  test('a cycle', () => {
    const files = { 'lib/errors.js': "import './a.js'", 'lib/a.js': "export { y } from './errors.js'" }
    expect(checkJavaScript(scripts(files))).toEqual(['lib/errors.js > lib/a.js > lib/errors.js: a cycle'])
  })

  test('a type in a comment is no import', () => {
    const text = "/** @type {import('./mmap-array.js').MmapArray} */\n// import '../index.js'\nexport const y = 1"
    expect(checkJavaScript(scripts({ 'lib/errors.js': text }))).toEqual([])
  })
})
