// Nothing is left behind: no descriptor, no map, no growth; closed arrays at once, dropped ones with garbage collection.
// Each in a process of its own, so that nothing else opens or maps anything meanwhile.
import fs from 'node:fs'
import { describe, expect, test } from 'vitest'
import { onLinux } from './support/linux.js'
import { FACTS, INDEX, expectExit, runNode } from './support/processes.js'
import { useScope } from './support/scope.js'

const MEASURE = `
  import { setImmediate as turn } from 'node:timers/promises'
  const [directory] = process.argv.slice(1)
  const file = directory + '/file'
  fs.writeFileSync(file, Buffer.alloc(40000, 1))
  const facts = await import(${JSON.stringify(FACTS)})
  const [descriptors, maps] = [facts.descriptors, facts.maps].map((count) => () => count([facts.ANONYMOUS, directory]))
  const kilobytes = (name) => Number(/\\d+/.exec(new RegExp(name + ':.*').exec(fs.readFileSync('/proc/self/status', 'utf8'))[0])[0])
  const settle = async () => { for (let n = 0; n < 10; n++) { gc(); await turn() } }
  const until = async (condition) => {
    for (const end = Date.now() + 15000; !condition() && Date.now() < end; ) { gc(); await turn() }
    return condition()
  }
`
const run = (scope, body) =>
  runNode(MEASURE + body, { args: [scope.directory], nodeOptions: ['--expose-gc'], timeout: 60000 })

const OPENERS = [
  ['anonymous', `() => new MmapArray('i', [1, 2, 3])`],
  ['file r', `() => MmapArray.open(file, 'i')`],
  ['file r+', `() => MmapArray.open(file, 'i', { flags: 'r+' })`],
  ['file c', `() => MmapArray.open(file, 'i', { flags: 'c' })`],
  ['window', `() => MmapArray.open(file, 'i', { flags: 'r+', offset: 4000, length: 10 })`],
  ['reserved file', `() => MmapArray.open(file, 'i', { flags: 'r+', capacity: 20000 })`],
  ['attached', `() => MmapArray.attach(owner.handle())`],
  ['past its window', `() => { const array = new MmapArray('B', [1]); array.reserve(2 ** 31); return array }`],
]

describe.each(OPENERS)('%s', (name, open) => {
  const scope = useScope()

  const here = name === 'past its window' ? onLinux('the room is written as zeros, again and again', test) : test

  here('1,000 opened and closed', async () => {
    const body = `
      const owner = new MmapArray('i', [1, 2, 3])
      const open = ${open}
      const use = () => {
        const array = open()
        array.view[0] = 5
        if (array.get(0) !== 5 || array.subarray(0, 1)[0] !== 5 || array.slice(0, 1)[0] !== 5) throw new Error('not an array')
        array.close()
      }
      for (let n = 0; n < 300; n++) use()
      await settle()
      const before = [descriptors(), maps(), kilobytes('VmSize'), kilobytes('VmRSS')]
      for (let n = 0; n < 1000; n++) use()
      await settle()
      const after = [descriptors(), maps(), kilobytes('VmSize'), kilobytes('VmRSS')]
      console.log(JSON.stringify(after.map((value, n) => value - before[n])))
      console.log(owner.length)`
    const result = await run(scope, body)
    expectExit(result)
    const [fds, mapped, virtual, resident] = JSON.parse(result.stdout.split('\n')[0])
    expect(fds).toBe(0)
    expect(mapped).toBe(0)
    // a single window that stayed would be a GiB
    expect(virtual).toBeLessThan(512 * 1024)
    expect(resident).toBeLessThan(16 * 1024)
  })

  here('dropped, they go with garbage collection', async () => {
    const body = `
      const owner = new MmapArray('i', [1, 2, 3])
      owner.handle()
      const open = ${open}
      // What a process opens once, for all its arrays.
      const first = open()
      first.view[0] = 5
      first.buffer
      first.close()
      await settle()
      const before = [descriptors(), maps()]
      let most = 0
      const drop = () => {
        for (let n = 0; n < 50; n++) {
          const array = open()
          array.view[0] = 5
          if (n % 2) array.buffer
        }
        most = descriptors() + maps()
      }
      drop()
      const gone = await until(() => descriptors() <= before[0] && maps() <= before[1])
      console.log(JSON.stringify({ gone, seen: most > before[0] + before[1], now: [descriptors(), maps()], before, length: owner.length }))`
    const result = await run(scope, body)
    expectExit(result)
    const { gone, seen, ...rest } = JSON.parse(result.stdout)
    expect(gone, JSON.stringify(rest)).toBe(true)
    if (open.includes('attach')) return
    expect(seen).toBe(true)
  })
})

describe('garbage collection', () => {
  const scope = useScope()

  test('cuts a reserved file back to its length', async () => {
    const result = await run(
      scope,
      `const path = directory + '/reserved'
      const make = () => {
        const array = MmapArray.open(path, 'd', { flags: 'w+', capacity: 100000 })
        array.append(1.5)
        array.append(2.5)
      }
      make()
      if (fs.statSync(path).size < 800000) throw new Error('not reserved')
      const cut = await until(() => fs.statSync(path).size === 16)
      console.log(cut)
      process.reallyExit(0)`,
    )
    expectExit(result)
    expect(result.stdout).toBe('true\n')
    expect(fs.readFileSync(scope.path('reserved'))).toEqual(Buffer.from(new Float64Array([1.5, 2.5]).buffer))
  })

  test('a view keeps its memory when the array is dropped', async () => {
    const result = await run(
      scope,
      `const views = []
      const make = (n) => {
        const array = n % 2 ? new MmapArray('i', [n, 2, 3]) : MmapArray.open(file, 'i', { flags: 'c' })
        array.set(0, n)
        views.push(array.view, array.subarray(0, 1))
      }
      const fill = () => { for (let n = 0; n < 50; n++) make(n) }
      fill()
      for (let n = 0; n < 20; n++) { await settle(); for (let k = 0; k < 100; k++) new ArrayBuffer(100000) }
      // in functions of their own: a module's frame keeps what its variables last held
      const check = () => {
        const kept = views.every((view, n) => view[0] === n >> 1)
        for (const view of views) view[0] = 7
        return kept && views.every((view) => view[0] === 7)
      }
      console.log(check())
      views.length = 0
      console.log(await until(() => maps() === 0))`,
    )
    expectExit(result)
    expect(result.stdout).toBe('true\ntrue\n')
  })

  test('collections in the middle of everything', async () => {
    const result = await run(
      scope,
      `const kept = []
      for (let n = 0; n < 2000; n++) {
        const array = n % 3 ? new MmapArray('i', [n]) : MmapArray.open(file, 'i', { flags: 'c' })
        array.set(0, n)
        const { view } = array
        if (n % 2) array.close()
        if (n % 5 === 0) kept.push([n, array, view])
        if (kept.length > 20) kept.shift()
        if (n % 100 === 0) { gc(); await turn() }
        for (const [value, one, view] of kept) {
          if (!one.closed && (one.get(0) !== value || view[0] !== value)) throw new Error('wrong value')
          if (one.closed && view.length) throw new Error('a view of a closed array')
        }
      }
      kept.length = 0
      console.log(await until(() => maps() === 0))`,
    )
    expectExit(result)
    expect(result.stdout).toBe('true\n')
  })

  test('the event loop is not kept alive', async () => {
    const result = await run(scope, `globalThis.arrays = [new MmapArray('i', [1]), MmapArray.open(file, 'i')]`)
    expectExit(result)
  })

  test('arrays of a worker go with it', async () => {
    const result = await run(
      scope,
      `import { Worker } from 'node:worker_threads'
      const source = \`
        const { MmapArray } = await import(${JSON.stringify(INDEX)})
        globalThis.arrays = Array.from({ length: 20 }, (_, n) => n % 2 ? new MmapArray('i', [1]) : MmapArray.open(\${JSON.stringify(file)}, 'i'))
        globalThis.views = globalThis.arrays.map((array) => array.view)
        if (globalThis.views.some((view) => view[0] < 1)) throw new Error('wrong value')\`
      const work = () => new Promise((resolve) => new Worker(source, { eval: true }).on('exit', resolve))
      await work()
      await settle()
      const before = [descriptors(), maps()]
      const codes = []
      for (let n = 0; n < 5; n++) codes.push(await work())
      const same = await until(() => descriptors() <= before[0] && maps() <= before[1])
      console.log(JSON.stringify({ codes, same, maps: maps() }))`,
    )
    expectExit(result)
    expect(JSON.parse(result.stdout)).toEqual({ codes: [0, 0, 0, 0, 0], same: true, maps: 0 })
  })
})
