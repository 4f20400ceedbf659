// Files that another process truncates while a child of the test has them mapped. Checks the exit code and the signal of the
// child, and that it ran to its end.
import { expect } from 'vitest'
import { PAGE } from './pages.js'
import { INDEX, expectExit, runNode } from './processes.js'

const CONSTANTS = `const PAGE = ${PAGE}, KEPT = ${PAGE / Int32Array.BYTES_PER_ELEMENT}`

/**
 * Runs a body in a child that has an `array` of 100,000 ones in a file, and besides MmapArray and fs: `PAGE`, the bytes of one,
 * and `KEPT`, the elements of a file that was truncated to one; `truncate(bytes)`, by
 * which another process truncates the file; `armed(bytes, ...paths)`, which returns a function that makes another process do so
 * while this one goes on; `start(source)`, a worker with `array` attached; `code(call)`, the code of what a call throws.
 */
export async function inChild(scope, body, { flags = 'r+', offset = 0, ...options } = {}) {
  const result = await runNode(
    `import { spawn, spawnSync } from 'node:child_process'
     import { Worker } from 'node:worker_threads'
     import assert from 'node:assert'
     ${CONSTANTS}
     const path = ${JSON.stringify(scope.path())}
     const code = (call) => { try { call(); return 'nothing thrown' } catch (error) { return error.code } }
     const truncate = (bytes) => assert.equal(spawnSync('truncate', ['-s', bytes, path]).status, 0)
     const armed = (bytes, ...paths) => {
       // Opened for writing, a FIFO waits for its reader: the other process is there then.
       const fifo = path + '.fifo'
       assert.equal(spawnSync('mkfifo', [fifo]).status, 0)
       spawn('sh', ['-c', 'read go < "$0"; truncate -s "$@"', fifo, bytes, ...paths], { stdio: 'inherit' })
       return () => fs.writeFileSync(fifo, 'go\\n')
     }
     const start = (source, workerData = {}) => new Worker(\`
       const { parentPort, workerData } = require('node:worker_threads')
       const code = \${code}
       ${CONSTANTS}
       import(${JSON.stringify(INDEX)}).then(async ({ MmapArray }) => {
         const array = MmapArray.attach(workerData.handle)
         \${source}
       })\`, { eval: true, execArgv: [], workerData: { handle: array.handle(), ...workerData } })
     const messageOf = (worker) => new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))
     MmapArray.open(path, 'i', { flags: 'w+', offset: ${offset} }).extend(new Int32Array(100_000).fill(1))
     const array = MmapArray.open(path, 'i', { flags: '${flags}', offset: ${offset} })
     ${body}
     console.log('end')`,
    { nodeOptions: ['--expose-gc'], timeout: 60000, ...options },
  )
  expectExit(result)
  expect(result.stdout).toBe('end\n')
}
