// A change of an element followed by notify ends every wait for it, in whatever moment it comes. Asked of processes of Node, Python and C.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { COMPANION } from './support/companion.js'
import { PORTABLE } from './support/linux.js'
import { describeWith, expectExit, run, runNode, script } from './support/processes.js'
import { useProgram } from './support/programs.js'
import { useScope } from './support/scope.js'

const scope = useScope()

function words() {
  const array = scope.keep(MmapArray.open(scope.path(), 'i', { flags: 'w+' }))
  array.extend([0, 0])
  return array
}

/** A command that runs a text of JavaScript or Python. Its `array` is the file that the next argument names. */
const inNode = (body) => [
  process.execPath,
  [
    '--input-type=module',
    '-e',
    script(`const array = MmapArray.open(process.argv[1], 'i', { flags: 'r+' })\n${body}`),
    '--',
  ],
]
const inPython = (body) => [
  'python3',
  [
    '-B',
    '-c',
    `import sys
sys.path.insert(0, ${JSON.stringify(path.dirname(COMPANION))})
import mmap_array
array = mmap_array.open(sys.argv[1], 'i', flags='r+')
${body}`,
  ],
]

describe('a sleeper that a signal stops while the element changes', () => {
  /** The states of the threads of a process, by their number: 'S' for one that sleeps, 'T' for one that is stopped. */
  const states = (pid) =>
    fs.readdirSync(`/proc/${pid}/task`).map((thread) => {
      const of = (name) => fs.readFileSync(`/proc/${pid}/task/${thread}/${name}`, 'latin1')
      return { thread: Number(thread), state: of('stat').split(') ')[1][0], call: of('syscall') }
    })
  const until = async (condition) => {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1))
  }
  // futex or futex_waitv, on x86-64 and arm64; the futex of other sleeps has the private flag.
  const isWait = ({ state, call }) => state === 'S' && /^(?:202|98) 0x[0-9a-f]+ 0x0 |^449 /.test(call)

  const SLEEPERS = [
    ['wait', inNode(`console.log(array.wait(0, 0))`), (pid, { thread }) => thread === pid],
    ['waitAsync', inNode(`console.log(await array.waitAsync(0, 0))`), (pid, { thread }) => thread !== pid],
    ['wait of Python', inPython('print(array.wait(0, 0))'), (pid, { thread }) => thread === pid],
  ]
  // What broke: the system takes a stopped thread out of its queue. When it continues it finds another value, which was called 'not-equal'.
  test.skipIf(PORTABLE).each(SLEEPERS)('%s says ok', async (_, [command, args], isSleeper) => {
    const array = words()
    const child = spawn(command, [...args, array.path], { stdio: ['ignore', 'pipe', 'inherit'] })
    scope.atEnd(() => child.kill('SIGKILL'))
    const exit = once(child, 'exit')
    const output = text(child.stdout)
    await until(() => states(child.pid).some((thread) => isWait(thread) && isSleeper(child.pid, thread)))
    child.kill('SIGSTOP')
    await until(() => states(child.pid).every(({ state }) => state === 'T'))
    array.set(0, 1)
    expect(array.notify(0)).toBe(0)
    child.kill('SIGCONT')
    expect(await output).toBe('ok\n')
    expect(await exit).toEqual([0, null])
  })
})

test('waitAsync of an element that changes right after the call says ok', async () => {
  const array = words()
  for (let value = 0; value < 200; value++) {
    const changed = array.waitAsync(0, value)
    array.set(0, value + 1)
    array.notify(0)
    expect(await changed).toBe('ok')
  }
})

// Each question is a number in element 0, each answer its square in element 1. Both are notified once, and no wait has a timeout: a wake that
// is missed ends the round for ever. (A blocking wait of Node looks again after 200 ms; the others do not.)
describe.each([
  ['Node by wait', 20_000, inNode(answerInNode('array.wait(0, last)'))],
  ['Node by waitAsync', 4000, inNode(answerInNode('await array.waitAsync(0, last)'))],
  [
    'Python',
    10_000,
    inPython(`last = 0
for _ in range(int(sys.argv[2])):
    while array[0] == last:
        array.wait(0, last)
    last = array[0]
    array[1] = last * last
    array.notify(1)`),
  ],
  ['C', 20_000, ['gcc']],
])('questions answered by %s', (_, rounds, [command, args]) => {
  // Without futexes, Node wakes sleepers of its own kind only.
  if (PORTABLE && command !== process.execPath) return test.skip('(skipped: needs futexes)')
  describeWith(command, ['--version'], 'none is missed', () => {
    const cProgram =
      command === 'gcc' && useProgram(fs.readFileSync(new URL('../examples/c/partner.c', import.meta.url), 'utf8'))
    const startAnswering = (array) =>
      cProgram
        ? run(cProgram(), ['answer', array.path, String(rounds)], { timeout: 100_000 })
        : run(command, [...args, array.path, String(rounds)], { timeout: 100_000 })

    test('by waitAsync here', { timeout: 120_000 }, async () => {
      const array = words()
      const answering = startAnswering(array)
      await ask(array, rounds, (last) => array.waitAsync(1, last))
      expectExit(await answering)
    })

    test('by wait in a process', { timeout: 120_000 }, async () => {
      const array = words()
      const answering = startAnswering(array)
      const asking = await runNode(
        `const array = MmapArray.open(process.argv[1], 'i', { flags: 'r+' })
         ${ask}
         await ask(array, ${rounds}, (last) => array.wait(1, last))
         console.log('end')`,
        { args: [array.path], timeout: 100_000 },
      )
      expectExit(asking)
      expect(asking.stdout).toBe('end\n')
      expectExit(await answering)
    })
  })
})

function answerInNode(wait) {
  return `let last = 0
    for (let round = 0; round < Number(process.argv[2]); round++) {
      while (array.get(0) === last) ${wait}
      last = array.get(0)
      array.set(1, last * last)
      array.notify(1)
    }`
}

async function ask(array, rounds, wait) {
  for (let question = 1; question <= rounds; question++) {
    const last = array.get(1)
    array.set(0, question)
    array.notify(0)
    while (array.get(1) === last) await wait(last)
    if (array.get(1) !== question ** 2) throw new Error(`${question} was answered by ${array.get(1)}`)
  }
}
