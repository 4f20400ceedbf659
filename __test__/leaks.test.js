// Nothing is left of very many arrays, and of workers that held some: no descriptor, no map, no thread, no memory. Each
// count in a process of its own. garbage-collection.test.js holds the same for every kind of array, by fewer of them.
import { expect, test } from 'vitest'
import { FACTS, INDEX, expectExit, run, runNode, script } from './support/processes.js'
import { useScope } from './support/scope.js'

const OPENED = 100_000
const DROPPED = 10_000
/** A thousand take most of a minute: MMAP_ARRAY_LEAK_WORKERS=1000 npx vitest run leaks */
const WORKERS = Number(process.env.MMAP_ARRAY_LEAK_WORKERS ?? 100)
const AT_ONCE = 5

/**
 * What V8, the allocator and the C library keep of the first for the next: 2 MiB were measured for the arrays, 8 MiB for
 * the workers, whatever their count. 200 bytes that each array left would be more than this.
 */
const MOST_GROWTH = 20 * 2 ** 20

const PRELUDE = `
  import { setImmediate as turn } from 'node:timers/promises'
  import { ANONYMOUS, descriptors, maps, ownThreads, residentBytes } from ${JSON.stringify(FACTS)}
  const [directory] = process.argv.slice(1)
  const file = directory + '/file'
  fs.writeFileSync(file, Buffer.alloc(40_000, 1))
  const facts = () => ({
    descriptors: descriptors([ANONYMOUS, directory]),
    maps: maps([ANONYMOUS, directory]),
    threads: ownThreads(),
    resident: residentBytes(),
  })
  const settle = async (isSettled) => {
    const end = Date.now() + 30_000
    do {
      for (let n = 0; n < 10; n++) {
        gc()
        await turn()
      }
    } while (!isSettled() && Date.now() < end)
    return facts()
  }
  const COUNTED = ['descriptors', 'maps', 'threads']
  /** Does the work twice, of which the first makes the process's own tables, heaps and threads; the second may leave nothing. */
  const measure = async (work, rehearsal, count) => {
    await work(rehearsal)
    let last
    const before = await settle(() => {
      const now = facts()
      const isSame = last !== undefined && COUNTED.every((what) => now[what] === last[what])
      last = now
      return isSame
    })
    await work(count)
    const after = await settle(() => COUNTED.every((what) => facts()[what] <= before[what]))
    console.log(JSON.stringify({ before, after }))
  }
`

const scope = useScope()

async function measured(body) {
  const result = await runNode(PRELUDE + body, {
    args: [scope.directory],
    nodeOptions: ['--expose-gc'],
    timeout: 300_000,
  })
  expectExit(result)
  const { before, after } = JSON.parse(result.stdout)
  for (const what of ['descriptors', 'maps', 'threads']) expect(after[what], what).toBeLessThanOrEqual(before[what])
  expect(after.resident - before.resident).toBeLessThan(MOST_GROWTH)
}

test(`${OPENED} opened and closed`, { timeout: 300_000 }, () =>
  measured(`
    const use = async (count) => {
      for (let n = 0; n < count; n++) {
        const array = MmapArray.open(file, 'i', { flags: n % 2 ? 'r' : 'r+' })
        if (array.get(n % 10_000) !== 0x01010101) throw new Error('not the file')
        array.close()
        if (n % 1000 > 0) continue
        if (maps([directory]) > 0) throw new Error('a map is left after close()')
        // What is left of the object, a kilobyte, goes with a turn of the event loop after its collection.
        await turn()
      }
    }
    // By then the heap is as large as it gets.
    await measure(use, 50_000, ${OPENED})`),
)

test(`${DROPPED} dropped without close()`, { timeout: 300_000 }, () =>
  measured(`
    const drop = async (count) => {
      for (let n = 0; n < count; n++) {
        const array = n % 2 ? new MmapArray('i', [n]) : MmapArray.open(file, 'i')
        if (n % 5 === 0 && array.view.length === 0) throw new Error('no view')
        // A descriptor goes back a turn of the event loop after the collection: hundreds must fit, not thousands.
        if (n % 200 === 0) {
          gc()
          await turn()
        }
      }
    }
    await measure(drop, 1000, ${DROPPED})`),
)

test(`${WORKERS} workers started and terminated`, { timeout: 600_000 }, () =>
  measured(`
    import { Worker } from 'node:worker_threads'
    const shared = new MmapArray('i', [0, 0])
    const handle = shared.handle()
    const source = \`
      const { parentPort, workerData } = require('node:worker_threads')
      import(workerData.index).then(({ MmapArray }) => {
        const attached = MmapArray.attach(workerData.handle)
        globalThis.kept = [attached, attached.view, new MmapArray('d', [1.5]), MmapArray.open(workerData.file, 'i').view]
        attached.waitAsync(1, 0).catch(() => {})
        parentPort.postMessage('ready')
        // Some are in the middle of this, some asleep in it, when they are terminated.
        for (;;) attached.wait(0, 0, 1)
      })\`
    const one = () =>
      new Promise((resolve, reject) => {
        const worker = new Worker(source, { eval: true, execArgv: [], workerData: { index: ${JSON.stringify(INDEX)}, handle, file } })
        worker.on('message', () => worker.terminate()).on('error', reject).on('exit', resolve)
      })
    const start = async (count) => {
      for (let n = 0; n < count; n += ${AT_ONCE}) await Promise.all(Array.from({ length: ${AT_ONCE} }, one))
    }
    await measure(start, ${AT_ONCE * 4}, ${WORKERS})
    shared.close()`),
)

test('a loop that drops arrays and never awaits runs out of descriptors; the error says what to do, a turn gives them back', async () => {
  const source = script(`${PRELUDE}
    const drop = () => { for (;;) MmapArray.open(file, 'i') }
    try { drop() } catch (error) { console.log(error.code, error.message) }
    await settle(() => { try { return descriptors() < 50 } catch { return false } })
    console.log(MmapArray.open(file, 'i').length)`)
  const limited = 'ulimit -n 200; exec "$0" "$@"'
  const node = [process.execPath, '--expose-gc', '--input-type=module', '-e', source, '--', scope.directory]
  const result = await run('sh', ['-c', limited, ...node])
  expectExit(result)
  expect(result.stdout).toMatch(
    /^EMFILE EMFILE: (?:too many open files|no file descriptors available), open '.*'\. Close arrays that you no longer need.*\n10000\n$/,
  )
})
