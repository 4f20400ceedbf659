// Hints for parts of an array: the system divides a mapping for them. What broke: some 32,700 hints used up the mappings that a
// process may have, and the next allocation of Node ended it.
import { expect, test } from 'vitest'
import { onLinux } from './support/linux.js'
import { expectExit, runNode } from './support/processes.js'
import { useScope } from './support/scope.js'

const scope = useScope()
const MAPPINGS = '/proc tells how many mappings there are'

const SETUP = `
  import assert from 'node:assert/strict'
  const limit = Number(fs.readFileSync('/proc/sys/vm/max_map_count', 'utf8'))
  const path = process.argv[1]
  const PAGE = 65536
  const array = MmapArray.open(path, 'B', { flags: 'w+', length: 0 })
  // Each hint takes two mappings: there is room for more than all of them.
  fs.truncateSync(path, PAGE * (limit + 2000))
  array.refresh()
  /** Hints for every other page, until one is refused. */
  const adviseEveryOther = () => {
    for (let page = 0; (page + 1) * PAGE <= array.length; page += 2) {
      try {
        array.advise('random', page * PAGE, (page + 1) * PAGE)
      } catch (error) {
        return { page, error }
      }
    }
  }
  const mappings = () => fs.readFileSync('/proc/self/maps', 'utf8').split('\\n').filter((line) => line.includes(path)).length
`

async function inChild(body) {
  const result = await runNode(`${SETUP}${body}\nconsole.log('end')`, { args: [scope.path()] })
  expectExit(result)
  expect(result.stdout).toBe('end\n')
}

onLinux(MAPPINGS, test)(
  'advise for so many parts that the mappings run out throws ENOMEM, and the process goes on',
  () =>
    inChild(`
    const { error, page } = adviseEveryOther()
    assert.equal(error.code, 'ENOMEM')
    assert.equal(error.syscall, 'madvise')
    assert.ok(page > limit / 10, page + ' pages')
    assert.ok(mappings() < limit / 2 + 100, mappings() + ' mappings')
    const kept = []
    for (let n = 0; n < 500; n++) kept.push(new Uint8Array(1e6), 'x'.repeat(1e5) + n)
    const other = new MmapArray('i', [1])
    assert.equal(other.handle() && other.get(0), 1)
    array.set(0, 5)
    assert.equal(array.get(0), 5)`),
)

onLinux(MAPPINGS, test)('advise that the system does not keep is never refused', () =>
  inChild(`
    assert.equal(adviseEveryOther().error.code, 'ENOMEM')
    for (const advice of ['willneed', 'dontneed', 'populate']) array.advise(advice, 0, PAGE)`),
)

onLinux(MAPPINGS, test)('advise for the whole array after too many parts undoes them', () =>
  inChild(`
    assert.equal(adviseEveryOther().error.code, 'ENOMEM')
    array.advise('normal')
    assert.ok(mappings() < 10, mappings() + ' mappings')
    assert.ok(adviseEveryOther().page > limit / 10)`),
)

test('advise for the same part over and over is not refused', () =>
  inChild(`for (let n = 0; n < limit; n++) array.advise(n % 2 ? 'random' : 'normal', PAGE, 2 * PAGE)`))
