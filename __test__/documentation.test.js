// README.md and docs/: every block of code runs, top to bottom, and docs/errors.md knows every code there is.
import { readFileSync, readdirSync, rmSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { HEAVY, RECIPES, TESTED, pageOf } from '../scripts/recipes/table.js'
import { RUNNERS, layOut, readBlocks } from './support/documents.js'
import { CLASS_OF } from './support/errors.js'
import { ROOT, readSections } from './support/examples.js'
import { describeWith } from './support/processes.js'

const read = (name) => readFileSync(join(ROOT, name), 'utf8')
const pagesIn = (folder) => readdirSync(join(ROOT, folder)).filter((name) => name.endsWith('.md'))
const PAGES = ['README.md', ...pagesIn('docs').map((name) => `docs/${name}`), 'docs/recipes/README.md']
/** Each page with the packages that its reader has installed. */
const DOCUMENTS = [
  ...PAGES.map((document) => ({ document, packages: ['apache-arrow'] })),
  ...TESTED.map((name) => ({ document: pageOf(name), packages: RECIPES[name].development })),
]

/** The anchors of the headings of a page, as GitHub makes them. */
const anchorsOf = (text) =>
  Array.from(text.matchAll(/^#+ (.+)$/gm), ([, title]) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )

describe('a Markdown text is read block by block', () => {
  test('with the heading each stands under', () => {
    const text = '# One\n\n```js\na\nb\n```\ntext\n## Two\n```c\nc\n```\n```sh\n# no heading\n```'
    expect(readSections(text)).toEqual([
      { title: 'One', blocks: [{ language: 'js', code: 'a\nb', line: 3 }] },
      {
        title: 'Two',
        blocks: [
          { language: 'c', code: 'c', line: 9 },
          { language: 'sh', code: '# no heading', line: 12 },
        ],
      },
    ])
  })

  test('a block without an end is an error', () => {
    expect(() => readSections('```js\na')).toThrow('line 1')
  })

  test.each([
    ['sh', 'docker run "node'],
    ['yaml', 'volumes: [tables'],
    ['dockerfile', 'FROM node\nCOPYY . .'],
  ])('a block in %s that does not parse is an error', async (language, code) => {
    await expect(async () => RUNNERS[language]('', code)).rejects.toThrow()
  })
})

// A reader goes through a document in one directory: a later block may open what an earlier one made.
describeWith('python3', ['--version'], 'with Python', () =>
  describeWith('cc', ['--version'], 'with a C compiler', () => {
    const runnable = DOCUMENTS.map((each) => ({
      ...each,
      blocks: readBlocks(read(each.document)).filter(({ language }) => RUNNERS[language]),
    }))
    describe.each(runnable.filter(({ blocks }) => blocks.length > 0))('$document', ({ packages, blocks }) => {
      let directory
      beforeAll(() => {
        directory = layOut(packages)
      })
      afterAll(() => rmSync(directory, { recursive: true, force: true }))

      test.each(blocks)('$title', async ({ language, code }) => {
        await RUNNERS[language](directory, code)
      })
    })
  }),
)

// Those that `npm run test:recipes` runs, too.
describe.each([...DOCUMENTS.map(({ document }) => document), ...HEAVY.map(pageOf)])('%s', (document) => {
  test('every block is in a language that can be tested', () => {
    const blocks = readBlocks(read(document))
    expect(blocks.filter(({ language }) => !(language in RUNNERS)).map(({ title }) => title)).toEqual([])
  })

  test('every file it links to is there', () => {
    const links = Array.from(read(document).matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g), ([, link]) => link)
    expect(links.filter((link) => !existsSync(join(ROOT, document, '..', link)))).toEqual([])
  })

  test('every heading it links to is there', () => {
    const links = read(document).matchAll(/\]\(([^)#:]*)#([^)]+)\)/g)
    const broken = Array.from(links, ([, file, anchor]) => ({
      page: file ? join(document, '..', file) : document,
      anchor,
    }))
    expect(broken.filter(({ page, anchor }) => !anchorsOf(read(page)).includes(anchor))).toEqual([])
  })
})

describe('docs/recipes', () => {
  const names = pagesIn('docs/recipes').filter((name) => name !== 'README.md')

  test('a page is run by npm test or by npm run test:recipes', () => {
    expect(
      Object.keys(RECIPES)
        .map((name) => `${name}.md`)
        .toSorted(),
    ).toEqual(names.toSorted())
  })

  test('README.md links each page', () => {
    const index = read('docs/recipes/README.md')
    expect(names.filter((name) => !index.includes(`](${name})`))).toEqual([])
  })

  test('the packages of npm run test:recipes are those that scripts/recipes/package.json has', () => {
    const { dependencies } = JSON.parse(read('scripts/recipes/package.json'))
    const named = HEAVY.flatMap((name) => RECIPES[name].npm ?? [])
    expect(Object.keys(dependencies).toSorted()).toEqual([...new Set(named)].toSorted())
  })
})

test('the version in README.md is the package’s', () => {
  const { version, engines } = JSON.parse(read('package.json'))
  const named = Array.from(read('README.md').matchAll(/mmap-array-(\d+\.\d+\.\d+)\.tgz/g), ([, name]) => name)
  expect(new Set(named)).toEqual(new Set([version]))
  expect(read('README.md')).toContain(`Node.js ${engines.node.replace('>=', '')} or later`)
  const [, rust] = /^rust-version = "(.+)"/m.exec(read('Cargo.toml'))
  expect(read('README.md')).toContain(`(https://rustup.rs) ${rust} or later`)
})

test('CONTRIBUTING.md names the versions that package.json and Cargo.toml require', () => {
  const { engines } = JSON.parse(read('package.json'))
  const [, rust] = /^rust-version = "(.+)"/m.exec(read('Cargo.toml'))
  expect(read('CONTRIBUTING.md')).toContain(`Node.js ${engines.node.replace('>=', '')} or later`)
  expect(read('CONTRIBUTING.md')).toContain(`(https://rustup.rs) ${rust} or later`)
})

describe('docs/errors.md', () => {
  const rows = read('docs/errors.md')
    .split('\n')
    .map((line) => /^\| ((?:`\w+`,? ?)+).*?\| (\w+) \|/.exec(line))
    .filter(Boolean)
    .flatMap(([, codes, name]) => Array.from(codes.matchAll(/`(\w+)`/g), ([, code]) => [code, name]))
  const documented = new Map(rows.filter(([code]) => code.startsWith('ERR_')))

  test('has a row for every code the package can throw, and no other', () => {
    const sources = ['src/error.rs', 'native.js', ...readdirSync(join(ROOT, 'lib')).map((name) => `lib/${name}`)]
    // Quoted, so that what a comment says does not count.
    const thrown = sources.flatMap((name) => Array.from(read(name).matchAll(/["'](ERR_\w+)["']/g), ([, code]) => code))
    expect([...documented.keys()].toSorted()).toEqual([...new Set(thrown)].toSorted())
  })

  test('names the class of each', () => {
    for (const [code, { name }] of Object.entries(CLASS_OF)) expect(documented.get(code), code).toBe(name)
  })
})

describe('docs/porting.md', () => {
  /** The second column of every row, without the heads of the tables. */
  const ours = read('docs/porting.md')
    .split('\n')
    .filter((line) => /^\| (?!`?[\w. -]+`? \| here \|)/.test(line))
    .map((line) => line.split(' | ')[1])
  const called = (text) => Array.from(text.matchAll(/`([^`]+)`/g), ([, code]) => code)

  test('says in each row what to call here, or that there is nothing', () => {
    expect(ours.length).toBeGreaterThan(50)
    for (const text of ours) {
      const codes = called(text)
      if (text === 'none') continue
      expect(codes, text).not.toEqual([])
      for (const code of codes) expect(code).toMatch(/^(?:\.\w+|MmapArray\.\w+|new MmapArray\()/)
    }
  })

  test('names members that there are', () => {
    for (const [, of, name] of ours.flatMap(called).flatMap((code) => [...code.matchAll(/^(MmapArray)?\.(\w+)/g)])) {
      expect(name in (of ? MmapArray : MmapArray.prototype), `${of ?? ''}.${name}`).toBe(true)
    }
  })
})
