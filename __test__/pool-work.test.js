// Work of Node's own that is under way on a view, on a thread of the pool, when the array is closed or its file cut. What
// broke: close() let the view's memory be unmapped on the next turn, and the thread died of SIGSEGV.
import { expect, test } from 'vitest'
import { expectExit, runNode } from './support/processes.js'
import { useScope } from './support/scope.js'

const scope = useScope()
const MIB = 192

const works = [
  ['crypto.randomFill', `import('node:crypto').then(({ randomFill }) => randomFill(view, done))`],
  // In one chunk: between two, Node itself aborts where the buffer was detached, whoever's it is.
  [
    'zlib.deflate',
    `import('node:zlib').then(({ deflate }) => deflate(view, { level: 1, chunkSize: ${MIB} << 20 }, done))`,
  ],
]
const ends = [
  ['closed', 'array.close()', 'array.closed'],
  ['cut by another array', 'other.clear()', 'array.refresh() === 0'],
  ['cut by somebody else', 'fs.truncateSync(array.path, 0)', 'array.refresh() === 0'],
]

test.each(works.flatMap(([work, begin]) => ends.map(([name, end, proof]) => [work, name, begin, end, proof])))(
  '%s while the array is %s',
  async (_work, _name, begin, end, proof) => {
    const result = await runNode(
      `const array = MmapArray.open(${JSON.stringify(scope.path())}, 'B', { flags: 'w+', length: ${MIB} << 20 })
       const other = MmapArray.open(array.path, 'B', { flags: 'r+' })
       const { view } = array
       await new Promise((resolve) => {
         let turns = 0
         const done = () => (turns = Infinity)
         ${begin}
         const next = () => {
           if (turns === 3) { ${end} }
           if (turns === Infinity) resolve()
           else { turns++; global.gc(); setImmediate(next) }
         }
         next()
       })
       if (!array.closed) { ${end} }
       console.log(${proof})`,
      { nodeOptions: ['--expose-gc'], timeout: 60000 },
    )
    expectExit(result)
    expect(result.stdout).toBe('true\n')
  },
)
