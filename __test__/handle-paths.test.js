// The path in a handle is looked for when the handle is taken, not at each open. What an opener did by then must not matter.
import fs from 'node:fs'
import { expect, test } from 'vitest'
import { expectExit, runNode } from './support/processes.js'
import { useScope } from './support/scope.js'

const scope = useScope()

/** Runs a body in a child whose current directory is the scope's. */
const run = async (body) => {
  const result = await runNode(
    `import assert from 'node:assert'
     const here = process.cwd()
     const open = (name) => MmapArray.open(name, 'i', { flags: 'w+' })
     const pathOf = (array) => JSON.parse(JSON.stringify(array.handle())).path
     ${body}
     console.log('end')`,
    { cwd: fs.realpathSync(scope.directory) },
  )
  expectExit(result)
  expect(result.stdout).toBe('end\n')
}

test('handle of a relative path leads there after chdir', () =>
  run(`
    const array = open('x')
    process.chdir('/')
    assert.equal(array.path, 'x')
    assert.equal(pathOf(array), here + '/x')
    assert.equal(MmapArray.attach(array.handle()).length, 0)`))

test('handle of an absolute path has it as it was given', () =>
  run(`
    fs.mkdirSync('real')
    fs.symlinkSync('real', 'link')
    assert.equal(pathOf(open(here + '/link/x')), here + '/link/x')`))

test('handle of a deleted file has the path it had', () =>
  run(`
    const array = open('x')
    fs.unlinkSync('x')
    assert.equal(pathOf(array), here + '/x')
    const odd = open('y (deleted)')
    assert.equal(pathOf(odd), here + '/y (deleted)')`))

test('handle of a file whose path is not text has no path', () =>
  run(`
    const array = open(Buffer.from([0x78, 0xff]))
    assert.equal(pathOf(array), undefined)
    assert.equal(MmapArray.attach(array.handle()).length, 0)`))
