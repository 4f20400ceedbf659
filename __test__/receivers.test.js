// Every member of every prototype, and of the class itself, called on something else than an array: a TypeError, and the
// process lives on. What broke: `flags`, `path` and `format` of a small integer ended the process by SIGSEGV.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { HOST, addonOf } from '../scripts/addon.js'
import { expectExit, runNode } from './support/processes.js'
import { useScope } from './support/scope.js'

const scope = useScope()

/** Expressions in the child; each gives a receiver other than an array. */
const RECEIVERS = {
  'a small integer': '5',
  'a double': '0.5',
  'a string': "'x'",
  'a boolean': 'true',
  'a bigint': '1n',
  'a symbol': "Symbol('x')",
  undefined: 'undefined',
  null: 'null',
  'a plain object': '({})',
  'an object without a prototype': 'Object.create(null)',
  'a list': '[1, 2]',
  'an arrow function': '() => {}',
  'a class': 'class Other {}',
  'a class that hands back an array': 'class Other { constructor() { return array } }',
  'a typed array': 'new Int32Array(2)',
  'a proxy of an array': 'new Proxy(array, {})',
  'what inherits from an array': 'Object.create(array)',
  'what inherits from the class': 'Object.create(MmapArray.prototype)',
  'a typed array with the prototype of the class': 'Object.setPrototypeOf(new Int32Array(2), MmapArray.prototype)',
  'a function with the prototype of the class': 'Object.setPrototypeOf(() => {}, MmapArray.prototype)',
  'the prototype': 'MmapArray.prototype',
  'the prototype behind it': 'Object.getPrototypeOf(MmapArray.prototype)',
  'an array of another copy of the addon': 'foreign()',
  'such an array with the prototype of the class': 'Object.setPrototypeOf(foreign(), MmapArray.prototype)',
}

/** Members that need no array, each with the reason. */
const FOR_ALL = {
  'MmapArray.prototype [Symbol(nodejs.util.inspect.custom)]':
    'Node calls it for whatever inherits from an array, and prints that',
  'MmapArray.typecodes': 'a constant',
  'MmapArray.recordType': 'makes a type, and no array',
  'MmapArray 1.unlinkShm': 'takes a name, and makes no array',
  'iterator.pick': 'is given the array as an argument',
  'iterator 1 [Symbol(Symbol.toStringTag)]': 'a constant',
}

test.each(Object.entries(RECEIVERS))('every member of %s throws a TypeError', async (_, receiver) => {
  const result = await runNode(
    `import { createRequire } from 'node:module'
     import { fileURLToPath } from 'node:url'
     const [directory, addon] = process.argv.slice(1)
     const array = new MmapArray('i', [1, 2])
     const path = directory + '/file'
     fs.writeFileSync(path, new Int32Array(2))
     const owner = MmapArray.open(path, 'i')
     const foreign = () => {
       const copy = directory + '/copy.node'
       fs.copyFileSync(addon, copy)
       return new (createRequire(import.meta.url)(copy).MmapArray)('i')
     }
     const IteratorPrototype = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]()))
     /** Arguments that members of these names take. */
     const usual = {
       __proto__: null, constructor: ['i'], is: ['i'], open: [path, 'i'], openShm: ['mmap-array-receivers', 'i', { flags: 'w+' }], fromFd: [owner.fd, 'i'], attach: [owner.handle()],
       withLock: [() => {}], remove: [1], fromunicode: ['x'], extend: [[1]], fromlist: [[1]], frombytes: [new Uint8Array(4)],
       searchsorted: [new Int32Array(1)], searchsortedAsync: [new Int32Array(1)], equals: [[1]], compare: [[1]], concat: [[1]],
       advise: ['normal'], tofile: [directory + '/out'], tofileAsync: [directory + '/out'], fromfile: [path, 1],
       fromfileAsync: [path, 1], notify: [0], envelope: [1], envelopeAsync: [1], lock: [], lockAsync: [], tryLock: [],
       unlinkShm: ['mmap-array-receivers'], recordType: [{ x: 'd' }],
     }
     const ofFunctions = ['length', 'name', 'prototype', 'arguments', 'caller']
     const members = []
     const collect = (name, object) => {
       for (const key of Reflect.ownKeys(object)) {
         if (typeof object === 'function' && ofFunctions.includes(key)) continue
         const descriptor = Object.getOwnPropertyDescriptor(object, key)
         for (const kind of ['value', 'get', 'set']) {
           if (typeof descriptor[kind] !== 'function') continue
           const label = name + (typeof key === 'symbol' ? ' [' + String(key) + ']' : '.' + key)
           members.push({ label, kind, key, call: descriptor[kind] })
         }
       }
     }
     const collectAll = (name, object, end) => {
       for (let level = 0; object !== end; level++, object = Object.getPrototypeOf(object)) collect(name + (level > 0 ? ' ' + level : ''), object)
     }
     collectAll('MmapArray.prototype', MmapArray.prototype, Object.prototype)
     collectAll('MmapArray', MmapArray, Function.prototype)
     for (const kind of ['values', 'keys', 'entries']) collectAll('iterator', Object.getPrototypeOf(array[kind]()), IteratorPrototype)
     // First, for the reason given above.
     members.sort((one, other) => (other.key === 'constructor') - (one.key === 'constructor'))
     const reported = fs.openSync(directory + '/reported', 'w')
     /** Names what is called next, should the process not live to tell. */
     const report = (text) => fs.writeSync(reported, text.padEnd(100), 0)
     const receiver = ${receiver}
     const wrong = new Set()
     for (const { label, kind, key, call } of members) {
       for (const given of [[], [0, 1, 0], usual[key] ?? []]) {
         // Twice: the second call goes by the engine's inline caches.
         for (let round = 0; round < 2; round++) {
           report(label + ' (' + kind + ') with ' + given.length + ' arguments')
           let outcome = 'nothing'
           try {
             await Reflect.apply(call, receiver, given)
           } catch (error) {
             outcome = error instanceof TypeError ? 'a TypeError' : String(error)
           }
           const isMeant = key in usual && given !== usual[key] ? outcome !== 'nothing' : outcome === 'a TypeError'
           if (!isMeant) wrong.add(label + ': ' + outcome)
         }
       }
     }
     // Elements have no properties of their own: they are read through a proxy behind the prototypes.
     for (let round = 0; round < 2; round++) {
       report('[index]')
       const got = Object(receiver) === receiver ? undefined : Reflect.get(MmapArray.prototype, '0', receiver)
       if (got !== undefined) wrong.add('[index]: ' + String(got))
     }
     console.log(JSON.stringify({ labels: members.map(({ label }) => label), wrong: [...wrong], left: [array.tolist(), fs.readFileSync(path).length, fs.existsSync(directory + '/out')] }))`,
    {
      args: [scope.directory, addonOf(HOST)],
    },
  )
  result.stderr += `\nlast called: ${readFileSync(scope.path('reported'), 'utf8').trim()}`
  expectExit(result)
  const { labels, wrong, left } = JSON.parse(result.stdout)
  expect(labels).toEqual(expect.arrayContaining(Object.keys(FOR_ALL)))
  expect(wrong.filter((one) => !(one.slice(0, one.indexOf(': ')) in FOR_ALL))).toEqual([])
  expect(left).toEqual([[1, 2], 8, false])
})
