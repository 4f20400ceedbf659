// Which calls of the engine can end the process, or never end, on memory that another thread writes, or that `close()` takes
// away: each in a child, whose exit code and signal are looked at. See README.md.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const { values: options } = parseArgs({
  options: {
    node: { type: 'string', default: process.execPath },
    seconds: { type: 'string', default: '0.4' },
    only: { type: 'string', default: '' },
    kind: { type: 'string', default: 'view,sharedView,close' },
  },
})
const VICTIM = fileURLToPath(new URL('engine-victim.js', import.meta.url))
/** A call that takes so much longer than it was to is one that never ends. */
const TIMEOUT_MS = 15_000
/** A call that ended a child is tried again, alone and for longer: the calls before it may have done the harm. */
const AGAIN = 5

/** Runs a child: what it said, which call it was in when it ended, and how it ended. */
function runVictim(request) {
  return new Promise((resolve) => {
    const child = spawn(options.node, [VICTIM, JSON.stringify(request)], { stdio: ['ignore', 'pipe', 'pipe'] })
    const lines = []
    let [text, errors, current, isEndless] = ['', '', undefined, false]
    let timer
    const wait = () => {
      clearTimeout(timer)
      timer = setTimeout(
        () => {
          isEndless = true
          child.kill('SIGKILL')
        },
        TIMEOUT_MS + (request.seconds ?? 0) * 1000,
      )
    }
    wait()
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      wait()
      const parts = (text + chunk).split('\n')
      text = parts.pop()
      for (const part of parts) {
        const line = JSON.parse(part)
        lines.push(line)
        if (line.begins !== undefined) current = line.begins
        if (line.ends !== undefined) current = undefined
      }
    })
    child.stderr.setEncoding('utf8').on('data', (chunk) => (errors = (errors + chunk).slice(-2000)))
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      const how = isEndless ? 'never ends' : (signal ?? (code === 0 ? 'ended' : `exit code ${code}`))
      resolve({ lines, current, how, errors })
    })
  })
}

async function tryKind(kind) {
  const seconds = Number(options.seconds)
  const { lines, errors } = await runVictim({ kind })
  if (lines.length === 0) throw new Error(errors)
  let names = lines[0].cases.filter((name) => new RegExp(options.only).test(name))
  const count = names.length
  const bad = []
  while (names.length > 0) {
    const { lines, current, how, errors } = await runVictim({ kind, seconds, names })
    for (const { ends, errors } of lines.filter((line) => line.ends !== undefined)) {
      const nobody = Object.keys(errors).filter((label) => /thrown at nobody|never settled/.test(label))
      if (nobody.length > 0) bad.push({ name: ends, how: nobody.join(', ') })
    }
    if (how === 'ended') break
    if (current === undefined) throw new Error(`between two calls: ${how}\n${errors}`)
    const alone = await runVictim({ kind, seconds: AGAIN, names: [current] })
    bad.push({ name: current, how, alone: alone.how })
    names = names.slice(names.indexOf(current) + 1)
  }
  console.log(`\n${options.node} ${kind}: ${count} calls, ${bad.length} of them bad`)
  for (const { name, how, alone } of bad) {
    console.log(`  ${name}: ${how}${alone === undefined || alone === how ? '' : ` (again, alone: ${alone})`}`)
  }
  return bad.length
}

for (const kind of options.kind.split(',')) await tryKind(kind)
