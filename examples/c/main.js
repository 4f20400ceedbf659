// node examples/c/main.js: a C program and Node on the same file. The C program uses only system calls.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MmapArray } from '../../index.js'
import { Partner } from './partner.js'

const directory = mkdtempSync(join(tmpdir(), 'mmap-array-c-'))
try {
  const partner = new Partner(directory)
  await shareNumbers(partner)
  await appendTogether(partner)
  await askQuestions(partner)
} finally {
  rmSync(directory, { recursive: true, force: true })
}

async function shareNumbers(partner) {
  const numbers = MmapArray.open(join(directory, 'numbers.i32'), 'i', { flags: 'w+' })
  numbers.extend([1, 2, 3, 4])
  const sum = await partner.run('sum', numbers.path)
  assert.equal(sum, '10')
  const view = numbers.view
  await partner.run('double', numbers.path)
  assert.deepEqual(Array.from(view), [2, 4, 6, 8])
  console.log(`mmap: C adds up 1, 2, 3, 4 to ${sum} and doubles them in place; Node's view shows ${view.join(', ')}`)
  numbers.close()
}

/** C appends with O_APPEND, and Node with append(), at the same time. Every number is in the file, whole and once. */
async function appendTogether(partner) {
  const EACH = 20_000
  const log = MmapArray.open(join(directory, 'log.i32'), 'i', { flags: 'w+' })
  const theirs = partner.run('append', log.path, EACH, 2 * EACH)
  for (let number = 0; number < EACH; number++) {
    log.append(number)
    // Gives C the time to begin, so that both append at the same time.
    if (number % 100 === 0) await new Promise(setImmediate)
  }
  await theirs
  assert.equal(log.refresh(), 2 * EACH)
  const sorted = log.slice().sort()
  assert.ok(sorted.every((number, index) => number === index))
  console.log(`append: C and Node append ${EACH} numbers each to one file; all ${log.length} are there, each once`)
  log.close()
}

/** C sleeps on the element with the question, and Node sleeps on the element with the answer. */
async function askQuestions(partner) {
  const QUESTION = 0
  const REPLY = 1
  const ROUNDS = 1000
  const words = MmapArray.open(join(directory, 'words.i32'), 'i', { flags: 'w+', length: 2 })
  const ended = partner.run('answer', words.path, ROUNDS)
  for (let question = 1; question <= ROUNDS; question++) {
    const before = words.get(REPLY)
    words.set(QUESTION, question)
    words.notify(QUESTION)
    while (words.get(REPLY) === before) {
      // 'ok' after a sleep; 'not-equal' if C answered before this call
      assert.notEqual(await words.waitAsync(REPLY, before, 10_000), 'timed-out')
    }
    assert.equal(words.get(REPLY), question ** 2)
  }
  await ended
  console.log(`futex: C and Node wake each other ${ROUNDS} times; the last answer is ${words.get(REPLY)}`)
  words.close()
}
