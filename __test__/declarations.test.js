// index.d.ts against the class it describes: the same members, each described, and every example in it runs.
import { inspect } from 'node:util'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { oldDeclarations } from '../scripts/declarations.js'
import { readDeclarations } from './support/declarations.js'
import { CLASS_OF, thrownBy } from './support/errors.js'
import { ROOT, inProject, runJavaScript } from './support/examples.js'
import { instrument } from './support/instrument.js'
import { expectExit, run } from './support/processes.js'

const declarations = readDeclarations()
const membersOf = (container) => declarations.filter((entry) => entry.of === container)
const namesOf = (container) => membersOf(container).map((entry) => entry.name)
const label = ({ of, name }) => (of === undefined ? name : `${of}.${name}`)

/** Not for users: what the addon's class has beside, for lib/ to call, and how console.log prints an array. */
const INTERNAL = new Set(['constructor', 'address', 'firstDifference', 'setSliceFrom', 'sliceLength', inspect.custom])
/** A function's own. */
const OF_EVERY_CLASS = new Set(['length', 'name', 'prototype', 'arguments', 'caller'])

/** `scores[Symbol.iterator]` is declared as '[Symbol.iterator]'. */
const declaredAs = (key) => (typeof key === 'symbol' ? `[${key.description}]` : key)
/** Symbol.dispose is called 'nodejs.dispose' by Node.js 20 and 22. */
const keyOf = (name) => (name.startsWith('[Symbol.') ? Symbol[name.slice('[Symbol.'.length, -1)] : name)

function publicKeys(object, hidden) {
  const keys = []
  for (
    let at = object;
    at !== null && at !== Object.prototype && at !== Function.prototype;
    at = Reflect.getPrototypeOf(at)
  ) {
    keys.push(...Reflect.ownKeys(at))
  }
  return [...new Set(keys)].filter((key) => !hidden.has(key))
}

function isGetter(object, key) {
  for (let at = object; at !== null; at = Reflect.getPrototypeOf(at)) {
    const descriptor = Reflect.getOwnPropertyDescriptor(at, key)
    if (descriptor) return typeof descriptor.value !== 'function'
  }
  return undefined
}

describe('index.d.ts and the class have the same members', () => {
  test('the file is read to the end', () => {
    expect(namesOf(undefined)).toEqual(expect.arrayContaining(['Typecode', 'OpenOptions', 'MmapArray']))
    expect(membersOf('MmapArray').length).toBeGreaterThan(50)
  })

  test('a line that is not understood is an error', () => {
    expect(() => readDeclarations('export interface A {\n  get b(): number\n}')).toThrow('index.d.ts:2')
  })

  test('every member of an array is declared', () => {
    const present = publicKeys(MmapArray.prototype, INTERNAL).map((key) => {
      return key === Symbol.dispose ? '[Symbol.dispose]' : declaredAs(key)
    })
    // A method may be declared more than once, for one way to call it each.
    const declared = new Set(namesOf('MmapArray').filter((name) => name !== '[index: number]'))
    expect(present.toSorted()).toEqual([...declared].toSorted())
  })

  test('every member of an appender is declared, as a method or a property', () => {
    const appender = new MmapArray('i').appender()
    const nameOf = (key) =>
      ({ [Symbol.dispose]: '[Symbol.dispose]', [Symbol.asyncDispose]: '[Symbol.asyncDispose]' })[key] ?? declaredAs(key)
    const present = publicKeys(appender, INTERNAL)
    expect(present.map(nameOf).toSorted()).toEqual(namesOf('Appender').toSorted())
    for (const { name, isMethod } of membersOf('Appender')) {
      expect(
        isGetter(
          appender,
          present.find((key) => nameOf(key) === name),
        ),
        name,
      ).toBe(!isMethod)
    }
  })

  test('every member of the class is declared', () => {
    const present = publicKeys(MmapArray, OF_EVERY_CLASS)
    const declared = new Set(namesOf('MmapArrayConstructor').filter((name) => name !== 'new' && name !== 'prototype'))
    expect(present.toSorted()).toEqual([...declared].toSorted())
  })

  test.each(membersOf('MmapArray').filter(({ name }) => name !== '[index: number]'))(
    '$name is a method or a property as declared',
    ({ name, isMethod, isReadonly }) => {
      expect(isGetter(MmapArray.prototype, keyOf(name))).toBe(!isMethod)
      expect(isReadonly).toBe(!isMethod)
    },
  )

  test.each([
    ['OpenOptions', () => MmapArray.open('x', 'i', { 'no such': 1 })],
    ['attach', () => MmapArray.attach(new MmapArray('i').handle(), { 'no such': 1 }), ['flags']],
    ['new', () => new MmapArray('i', [], { 'no such': 1 }), ['capacity', 'shape']],
    ['AppenderOptions', () => new MmapArray('i').appender({ 'no such': 1 })],
  ])('the options of %s are those the class takes', (container, call, names = namesOf(container)) => {
    const { message } = thrownBy(call)
    const [, options] = /^Unknown option 'no such'\. Expected ([\w, ]+)$/.exec(message)
    expect(options.split(/, | or /).toSorted()).toEqual(names.toSorted())
  })
})

describe('every member is described', () => {
  const described = declarations.filter((entry) => entry.isExported || entry.of !== undefined)
  const inside = (entry) =>
    !['HalfShape', 'HalfConstructor', 'PlainIterable', 'ComplexInput', 'TypeNames'].includes(entry.of)
  const all = described.filter(inside).filter((entry) => label(entry) !== 'MmapArrayConstructor.prototype')

  test.each(all.map((entry) => [label(entry), entry]))(
    '%s: a sentence and an example',
    (_, { prose, examples, name }) => {
      expect(prose).toMatch(/[.:|]$/m)
      if (name !== 'MmapArrayConstructor') expect(examples).not.toEqual([])
      for (const example of examples) expect(example).not.toBe('')
    },
  )

  test.each(all.filter((entry) => entry.isMethod).map((entry) => [label(entry), entry]))(
    '%s: each error with its class and a known code',
    (_, { throws, name }) => {
      if (!['at', '[Symbol.dispose]'].includes(name)) expect(throws).not.toEqual([])
      for (const part of throws) {
        const [, className] = /^\{(\w+)\}/.exec(part) ?? []
        expect(['Error', 'TypeError', 'RangeError'], part).toContain(className)
        for (const [code] of part.matchAll(/ERR_\w+/g)) {
          if (code !== 'ERR_VIEW_TOO_LARGE') expect(CLASS_OF[code]?.name, `class of ${code}`).toBe(className)
        }
      }
    },
  )
})

describe.concurrent('every example runs', () => {
  const examples = declarations.flatMap((entry) =>
    entry.examples.map((code) => ({ title: `index.d.ts:${entry.line} ${label(entry)}`, code })),
  )
  test.each(examples)('$title', ({ code }) =>
    inProject((directory) => runJavaScript(directory, code, { importsPackage: true })),
  )
})

describe('an example that is wrong is a failure', () => {
  const fails = (code) => inProject((directory) => runJavaScript(directory, code, { importsPackage: true }))

  test.each([
    ['another value', '1 + 1 // => 3', 'it gives 2, not 3'],
    ['another value of what is declared', 'const sum = 1 + 1 // => 3', 'it gives 2, not 3'],
    ['nothing thrown', 'new MmapArray("i").length // throws Error ERR_CLOSED', 'not Error ERR_CLOSED'],
    ['another code', 'new MmapArray("i").pop() // throws Error ERR_CLOSED', 'it throws Error ERR_EMPTY'],
    ['an error nobody expects', 'new MmapArray("x")', 'ERR_INVALID_TYPECODE'],
    ['a line never reached', 'if (false) {\n  1 // => 1\n}', 'lines that were never reached'],
    ['an end by a signal', 'process.kill(process.pid, "SIGSEGV")', 'SIGSEGV'],
    ['what is no JavaScript', 'const x: number = 1', 'SyntaxError'],
  ])('%s', async (_, code, message) => {
    await expect(fails(code)).rejects.toThrow(message)
  })

  test('comments that are no expectation stay as they are', () => {
    expect(instrument('// a // => b\nlet x = 1 // one').checks).toEqual([])
  })
})

describe('the declarations compile where they are used', () => {
  /** As npm installs it: a copy outside of the checkout. */
  async function compile(code, options, typescript = 'typescript-7') {
    const directory = mkdtempSync(join(tmpdir(), 'mmap-array-types-'))
    try {
      const installed = join(directory, 'node_modules', 'mmap-array')
      mkdirSync(installed, { recursive: true })
      for (const name of ['index.d.ts', 'index.js', 'package.json']) cpSync(join(ROOT, name), join(installed, name))
      writeFileSync(join(installed, 'typescript-5.6.d.ts'), oldDeclarations())
      symlinkSync(join(ROOT, 'node_modules', '@types'), join(directory, 'node_modules', '@types'), 'dir')
      writeFileSync(join(directory, 'use.mts'), code)
      const compiler = join(ROOT, 'node_modules', typescript, 'bin', 'tsc')
      const flags = ['--noEmit', '--strict', '--module', 'nodenext', '--skipLibCheck', 'false', ...options, 'use.mts']
      return await run(process.execPath, [compiler, ...flags], { cwd: directory, timeout: 100_000 })
    } finally {
      rmSync(directory, { recursive: true, force: true })
    }
  }

  const uses = `import { MmapArray } from 'mmap-array'
    const halves = new MmapArray('e', [1.5])
    const first: number | undefined = halves.view[0]
    const rest: ArrayLike<number> = halves.view.subarray(1)
    const bytes: Buffer = halves.tobytes()
    const big: bigint = new MmapArray(BigInt64Array, [1]).get(0)
    halves[Symbol.dispose]()
    // @ts-expect-error another type
    halves.extend(Float32Array.of(1))`

  // Float16Array, `using` and iterator helpers are in the newest only.
  test.each(['es2022', 'es2023', 'esnext'])('with the library of %s, libraries checked', async (library) => {
    expectExit(await compile(uses, ['--target', 'es2022', '--lib', library]))
  })

  // What browsers and Node.js take, and what they do not take of shared memory.
  const calls = `${uses}
    const a = new MmapArray('B', [1])
    new Blob([a.view, a.slice(), a.subarray(1), a.tobytes(), new MmapArray('e').view])
    crypto.subtle.digest('SHA-256', a.view)
    new Response(a.view)
    WebAssembly.compile(a.view)
    postMessage(a.view, { transfer: [a.view.buffer] })
    structuredClone(a.view, { transfer: [a.view.buffer] })
    const buffer: ArrayBuffer = a.view.buffer
    Atomics.wait(new MmapArray('i', [0]).sharedView, 0, 0)
    const shared: SharedArrayBuffer = new MmapArray('e').sharedView.buffer as SharedArrayBuffer
    function isFloat(array: MmapArray) { return array.is('f') ? array.view.fill(0) : array.typecode }
    const lengths: [number, number] = new MmapArray('f', 6, { shape: [3, 2] }).shape
    class Scores extends MmapArray<'i'> { best() { return Math.max(...this.view) } }
    const best: number = new Scores('i', [1]).best()`

  const memory = `
    const view: Uint8Array<ArrayBuffer> = a.view
    const slice: Float64Array<ArrayBuffer> = new MmapArray('d').slice()
    const sharedView: Int32Array<SharedArrayBuffer> = new MmapArray('i').sharedView
    const text: Uint8Array<ArrayBuffer> = a.tobytes()
    // @ts-expect-error shared memory
    const wrong: Uint8Array<ArrayBuffer> = a.sharedView`

  const NODE10 = ['--module', 'esnext', '--moduleResolution', 'node10']
  const NODE16 = ['--module', 'node16', '--moduleResolution', 'node16']
  const NODENEXT = ['--module', 'nodenext', '--moduleResolution', 'nodenext']
  const BUNDLER = ['--module', 'esnext', '--moduleResolution', 'bundler']

  // The oldest version that is promised, and the newest three. TypeScript 7 has no node10.
  test.each([
    ['typescript-5', 'node10', NODE10],
    ['typescript-5', 'node16', NODE16],
    ['typescript-5', 'bundler', BUNDLER],
    ['typescript-5.9', 'node10', NODE10],
    ['typescript-5.9', 'nodenext', NODENEXT],
    ['typescript-5.9', 'bundler', BUNDLER],
    ['typescript', 'node10', [...NODE10, '--ignoreDeprecations', '6.0']],
    ['typescript', 'nodenext', NODENEXT],
    ['typescript', 'bundler', BUNDLER],
    ['typescript-7', 'nodenext', NODENEXT],
    ['typescript-7', 'bundler', BUNDLER],
  ])(
    '%s with the resolution %s compiles a program, and reads its own declarations',
    async (compiler, _, resolution) => {
      const isOld = compiler === 'typescript-5'
      const options = ['--target', 'es2022', '--lib', 'es2022,dom', '--listFiles', ...resolution]
      const result = await compile(isOld ? calls : calls + memory, options, compiler)
      expectExit(result)
      const read = Array.from(result.stdout.matchAll(/mmap-array\/(\S+\.d\.ts)$/gm), ([, name]) => name)
      expect(read).toEqual([isOld ? 'typescript-5.6.d.ts' : 'index.d.ts'])
    },
  )

  test('the types inside of others are nobody’s to import', async () => {
    const result = await compile(`import type { HalfShape } from 'mmap-array'`, ['--lib', 'es2022'])
    expect(result.code).not.toBe(0)
    expect(result.stdout).toContain("'HalfShape'")
  })

  test('and what does not is an error', async () => {
    const result = await compile(`${uses}\n  big.toFixed()`, ['--target', 'es2022', '--lib', 'es2022'])
    expect(result.code).not.toBe(0)
    expect(result.stdout).toContain("'toFixed' does not exist on type 'bigint'")
  })
})
