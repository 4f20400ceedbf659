// The rows of the table: each operation, in each element type, on our array and on everybody else's.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { checksum } from '../checksum.js'
import { compare, takeTurns } from '../duel.js'
import { ELEMENT_TYPES } from '../element-types.js'
import { NONE } from '../goals.js'
import { OPERATIONS, stepOf } from '../operations.js'
import { sample } from '../sample.js'

export const TYPECODES = ['i', 'd']
const OURS = 'MmapArray'
/** How many times its elements a peer may take in fresh memory: Array.push makes room anew, and copies. */
const TAKES = 4
/** A share of the work is measured only where there is plenty of it. */
const PLENTY = 10_000

export function operationMatches(context) {
  return OPERATIONS.flatMap((operation) =>
    (operation.typecodes ?? TYPECODES).map((typecode) => {
      const n = context.sizes[operation.size ?? 'elements']
      const peers = context.peers.filter((peer) => takesPart(peer, operation))
      const title = `${operation.title}, typecode '${typecode}'`
      const play = async () =>
        rowsOf(await playOperation({ operation, typecode, n, peers }, context), operation, typecode)
      return { title, play }
    }),
  )
}

export function takesPart(peer, operation) {
  return !peer.absent && (!peer.isOneMore || operation.everyPackage) && stepOf(operation, peer) !== null
}

/**
 * Plays one operation at one size.
 * @returns nanoseconds of one operation, by peer, round by round
 */
export async function playOperation({ operation, typecode, n, peers, repeats = 1, isWhole = false, turns }, context) {
  const known = new Map()
  const prepared = (elements) => {
    if (!known.has(elements)) known.set(elements, prepare(operation, typecode, elements, context))
    return known.get(elements)
  }
  const contenders = {}
  for (const peer of peers) {
    const { share = 1 } = stepOf(operation, peer)
    const elements = isWhole ? n : Math.max(Math.min(n, PLENTY), Math.round(n * share))
    const { answer, input, second, operations } = prepared(elements)
    const fields = [operation.name, typecode, elements, repeats, context.scratch, context.memory, input, second]
    const more = [
      context.files[operation.file] ?? '',
      operation.fraction?.(typecode) ?? 0,
      operation.uses?.join() ?? '',
    ]
    contenders[peer.name] = {
      ...peer.start(context),
      task: ['task', ...fields, ...more].join('\t'),
      answer,
      operations: operations * repeats,
      takes: operation.takesMemory ? TAKES * elements * ELEMENT_TYPES[typecode].View.BYTES_PER_ELEMENT : 0,
    }
  }
  known.clear()
  const times = await takeTurns(contenders, undefined, turns ?? context.sizes, context.seats)
  for (const [name, { operations }] of Object.entries(contenders))
    times[name] = times[name].map((time) => time / operations)
  return times
}

/** What an operation needs and must answer at one size. */
function prepare(operation, typecode, n, { scratch }) {
  const { View } = ELEMENT_TYPES[typecode]
  const inFile = (name, values) => {
    if (values === undefined) return ''
    const path = join(scratch, `${name}-${operation.name}-${typecode}-${n}`)
    writeFileSync(path, values)
    return path
  }
  const given = operation.input?.(View, n)
  const second = operation.second?.(View, n)
  const expected = operation.expected({
    n,
    typecode,
    second,
    /** Not made where only their number is asked for. */
    get values() {
      return given ?? sample(View, n)
    },
  })
  return {
    answer:
      typeof expected === 'number' ? expected : { all: checksum(expected, 'all'), some: checksum(expected, 'some') },
    input: inFile('input', given),
    second: inFile('second', second),
    operations: operation.operations?.(n) ?? n,
  }
}

function rowsOf(times, operation, typecode) {
  const { goals = {}, name, title } = operation
  const rows = Object.keys(times)
    .filter((peer) => peer !== OURS)
    .map((peer) => {
      const measured = compare(times[OURS], times[peer])
      const goal = goals[peer] ?? NONE
      return {
        name: `${title} / ${peer}`,
        goal: goal.text,
        result: goal.result(measured),
        met: goal.isMet(measured),
        against: peer,
        operation: name,
        typecode,
        measured,
      }
    })
  if (goals.ours) {
    const measured = compare(times[OURS], times[OURS])
    rows.push({
      name: `${title}, in itself`,
      goal: goals.ours.text,
      result: goals.ours.result(measured),
      met: goals.ours.isMet(measured),
      operation: name,
      typecode,
      measured,
    })
  }
  return rows
}
