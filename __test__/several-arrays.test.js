// Two or three arrays on the same bytes, in this thread, in a worker and in another process: whatever the one does, each of the
// others keeps to the rule of length (support/file-model.js), while somebody else cuts the file or writes behind its end.
// A failure prints its seed and the shortest sequence found; FC_SEED=… repeats it, FC_RUNS=… asks for more.
import fs from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { ArrayModel, FileModel } from './support/file-model.js'
import { startProcess, startThread } from './support/workers.js'
import { useScope } from './support/scope.js'
import { PAGE } from './support/pages.js'

const RUNS = Number(process.env.FC_RUNS ?? 100)
const MOST = 3
/** Longer than two pages, so that a cut takes whole ones away. */
const LONG = 2.5 * (PAGE / 4)

/** Runs over there, or here: one call on one of its arrays. */
function act({ MmapArray, state }, { id, name, given }) {
  state.arrays ??= new Map()
  try {
    if (name === 'open' || name === 'attach') {
      state.arrays.set(id, MmapArray[name](...given))
      return {}
    }
    const array = state.arrays.get(id)
    if (name === 'look') {
      const { length, capacity } = array
      let list
      try {
        list = array.tolist()
      } catch (error) {
        if (error.code !== 'ERR_MEMORY_FAULT') throw error
      }
      return { length, capacity, list, beyond: array.at(length) }
    }
    const value = array[name](...given.map((one) => state.arrays.get(one?.id) ?? one))
    if (name === 'close') state.arrays.delete(id)
    return { value: typeof value === 'object' && name !== 'handle' ? undefined : value }
  } catch (error) {
    return { error: error.code ?? error.stack }
  }
}

/** The file behind the arrays, as somebody who knows nothing of them sees it. */
class Outsider {
  constructor(path, header) {
    this.path = path
    this.header = header
  }

  elements() {
    const bytes = fs.readFileSync(this.path).subarray(this.header)
    return [...new Int32Array(new Uint8Array(bytes.subarray(0, bytes.length - (bytes.length % 4))).buffer)]
  }

  cut(length, ragged) {
    fs.truncateSync(this.path, this.header + 4 * length + ragged)
  }

  store(index, value) {
    const file = fs.openSync(this.path, 'r+')
    fs.writeSync(file, Int32Array.of(value), 0, 4, this.header + 4 * index)
    fs.closeSync(file)
  }

  append(values, ragged) {
    fs.appendFileSync(this.path, Buffer.concat([Buffer.from(Int32Array.from(values).buffer), Buffer.alloc(ragged)]))
  }
}

/** A run: the arrays, their model, and what is done to both. */
class Several {
  #next = 1
  #ids = 0

  constructor(places, outsider, lead) {
    this.places = places
    this.outsider = outsider
    this.file = new FileModel(lead)
  }

  fresh(count) {
    return Array.from({ length: count }, () => this.#next++)
  }

  call(model, name, ...given) {
    return model.place({ id: model.id, name, given })
  }

  async add(model, place, name, ...given) {
    Object.assign(model, { id: this.#ids++, place: this.places[place % this.places.length] })
    const outcome = await this.call(model, name, ...given)
    expect(outcome).toEqual({})
    this.file.add(model)
  }

  /** Calls; the outcome is the model's, or a fault where the file was cut under the array. */
  async expect(model, [name, ...given], play) {
    const { isDoubtful } = model
    const outcome = await this.call(model, name, ...given)
    if (isDoubtful && outcome.error === 'ERR_MEMORY_FAULT') return
    const expected = await play()
    expect({ call: name, given, value: outcome.value, error: outcome.error }).toEqual({
      call: name,
      given,
      value: undefined,
      error: undefined,
      ...expected,
    })
  }

  /** A call that may change the length. `plan` gives an outcome where it does not, or the change itself, which has one. */
  change(model, call, plan) {
    return this.expect(model, call, async () => {
      const { refusal, verdict } = model.begin()
      if (refusal) return { error: refusal }
      const change = plan()
      if (typeof change !== 'function') return change
      if (verdict) return { error: verdict }
      // How generously a reserved array grows is its own affair.
      const seen = model.reserved && (await this.call(model, 'look'))
      return change(seen.capacity)
    })
  }

  async check() {
    this.file.findCutArrays()
    const { elements, ragged } = this.file
    const found = this.outsider.elements()
    if (found.length !== elements.length || found.some((element, n) => element !== elements[n])) {
      expect(found, 'the file').toEqual(elements)
    }
    if (ragged === 0) expect((fs.statSync(this.outsider.path).size - this.outsider.header) % 4).toBe(0)
    for (const model of this.file.arrays) {
      const { length, capacity, list, beyond } = await this.call(model, 'look')
      expect([length, capacity, beyond]).toEqual([model.length, model.reserved ? model.capacity : length, undefined])
      if (list === undefined) expect(model.isDoubtful).toBe(true)
      list?.forEach((element, n) => {
        const allowed = model.allowed(n)
        if (allowed && !allowed.includes(element)) {
          expect.fail(`array ${model.id} (${model.flags}) has ${element} at ${n}, not one of ${allowed}`)
        }
      })
    }
  }
}

const bound = (n, length) => (length === 0 ? 0 : n % length)

/** What happens: (run, model of an array, numbers) -> done to both. */
const COMMANDS = {
  open(run, _, { a, b, flags, place }) {
    const { file, outsider } = run
    if (file.arrays.length >= MOST || !outsider.isNamed) return undefined
    const { length } = file
    const fixed = b % 3 === 0 && length > 0 ? bound(a, length) : undefined
    const model = new ArrayModel(file, flags, fixed)
    const options = { flags, offset: outsider.header, length: fixed }
    return run.add(model, place, 'open', outsider.path, 'i', options)
  },
  async attach(run, source, { flags, place }) {
    if (run.file.arrays.length >= MOST || source.flags === 'c' || source.isDoubtful) return
    const lesser = source.flags === 'r' && flags !== 'c' ? 'r' : flags
    const { value: handle, error } = await run.call(source, 'handle')
    expect({ error }).toEqual({ error: undefined, ...source.trim() })
    if (error) return
    await run.add(new ArrayModel(run.file, lesser, source.fixed), place, 'attach', handle, { flags: lesser })
  },
  async close(run, model) {
    const { arrays } = run.file
    if (arrays.length < 2 || arrays[0] === model) return
    const { error } = await run.call(model, 'close')
    if (!model.isDoubtful) expect({ error }).toEqual({ error: undefined, ...model.trim() })
    arrays.splice(arrays.indexOf(model), 1)
  },
  append(run, model) {
    const [value] = run.fresh(1)
    return run.change(model, ['append', value], () => (grown) => model.replace(model.length, 0, [value], grown))
  },
  extend(run, model, { a, b }) {
    const values = run.fresh(b % 5 === 0 ? bound(a, LONG) : b % 7)
    const plan = () => values.length > 0 && ((grown) => model.replace(model.length, 0, values, grown))
    return run.change(model, ['extend', values], plan)
  },
  'extend from another'(run, model, { a }) {
    const other = run.file.arrays[a % run.file.arrays.length]
    if (other === model || other.place !== model.place || other.isDoubtful || run.file.length > LONG) return undefined
    if (run.file.reserved && !model.reserved) return undefined
    const values = other.elements()
    if (values.includes(undefined)) return undefined
    const plan = () => values.length > 0 && ((grown) => model.replace(model.length, 0, values, grown))
    return run.change(model, ['extend', { id: other.id }], plan)
  },
  setSlice(run, model, { a, b }) {
    if (model.isDoubtful || (run.file.reserved && !model.reserved)) return undefined
    const values = Int32Array.from(run.fresh(b % 7))
    const [start, stop] = [bound(a, model.length + 1), bound(a, model.length + 1) + (b % 5)]
    const replaced = () => Math.max(Math.min(stop, model.length) - Math.min(start, model.length), 0)
    const store = () => model.store(start, values)
    // As many elements as they replace are stored where they are, whatever others did to the length.
    if (replaced() === values.length) return run.expect(model, ['setSlice', values, start, stop], store)
    model.store(0, [])
    return run.change(model, ['setSlice', values, start, stop], () => {
      if (replaced() === values.length) return store()
      return (grown) => model.replace(Math.min(start, model.length), replaced(), values, grown)
    })
  },
  insert(run, model, { a }) {
    const [value] = run.fresh(1)
    const at = bound(a, 20)
    return run.change(
      model,
      ['insert', at, value],
      () => (grown) => model.replace(Math.min(at, model.length), 0, [value], grown),
    )
  },
  pop(run, model, { a }) {
    if (run.file.reserved && !model.reserved) return undefined
    const index = -1 - bound(a, 5)
    return run.change(model, ['pop', index], () => {
      if (model.length === 0) return { error: 'ERR_EMPTY' }
      if (model.length < -index) return { error: 'ERR_INDEX_OUT_OF_RANGE' }
      return () => {
        const at = model.length + index
        const value = run.file.elements[at]
        model.replace(at, 1, [])
        return { value }
      }
    })
  },
  deleteSlice(run, model, { a, b }) {
    if (run.file.reserved) return undefined
    return run.change(model, ['deleteSlice', a, a + b], () => {
      const count = Math.min(b, Math.max(model.length - a, 0))
      return count > 0 && (() => model.replace(a, count, []))
    })
  },
  clear(run, model, { b }) {
    if (b % 4 || (run.file.reserved && !model.reserved)) return undefined
    return run.change(model, ['clear'], () => model.length > 0 && (() => model.replace(0, model.length, [])))
  },
  repeatInPlace(run, model, { b }) {
    if (run.file.reserved || run.file.length > LONG) return undefined
    const times = b % 4
    return run.change(model, ['repeatInPlace', times], () => {
      const elements = run.file.elements.slice(0, model.length)
      const isOther = model.length > 0 && times !== 1
      return isOther && (() => model.replace(0, model.length, Array(times).fill(elements).flat()))
    })
  },
  set(run, model, { a }) {
    if (model.isDoubtful || model.length === 0) return undefined
    const [value] = run.fresh(1)
    const index = bound(a, model.length)
    return run.expect(model, ['set', index, value], () => model.set(index, value))
  },
  fill(run, model, { a, b }) {
    if (model.isDoubtful) return undefined
    const [value] = run.fresh(1)
    const start = Math.min(a, model.length)
    const count = Math.min(b, model.length - start)
    return run.expect(model, ['fill', value, a, a + b], () => model.store(start, Array(count).fill(value)))
  },
  reverse(run, model) {
    const elements = model.elements()
    if (model.isDoubtful || elements.includes(undefined)) return undefined
    const half = Math.floor(model.length / 2)
    // One in the middle stays where it is.
    return run.expect(model, ['reverse'], () => {
      const outcome = model.store(0, elements.slice(model.length - half).reverse())
      model.store(model.length - half, elements.slice(0, half).reverse())
      return outcome
    })
  },
  'get behind the length'(run, model, { a }) {
    const index = model.length + bound(a, 5)
    return run.expect(model, ['get', index], () => ({ error: 'ERR_INDEX_OUT_OF_RANGE' }))
  },
  refresh: (run, model) => run.expect(model, ['refresh'], () => model.refresh()),
  reserve(run, model, { a }) {
    if (run.file.reserved && !model.reserved) return undefined
    return run.expect(model, ['reserve', a], () => model.reserve(a))
  },
  trim: (run, model) => run.expect(model, ['trim'], () => model.trim()),
  flush: (run, model, { b }) => (b % 4 ? undefined : run.expect(model, ['flush'], () => model.trim())),
  'somebody cuts'(run, _, { a, b }) {
    const { file, outsider } = run
    if (file.reserved || file.length === 0) return
    file.ragged = b % 4 === 0 ? 1 + (b % 3) : 0
    file.resize(bound(a, file.length))
    outsider.cut(file.length, file.ragged)
  },
  'somebody stores'(run, _, { a }) {
    const { file, outsider } = run
    if (file.reserved || file.length === 0) return
    const [value] = run.fresh(1)
    const index = bound(a, file.length)
    file.elements[index] = value
    outsider.store(index, value)
  },
  'somebody appends'(run, _, { a, b }) {
    const { file, outsider } = run
    if (file.ragged) return
    const values = run.fresh(bound(a, b % 5 === 0 ? LONG : 5))
    file.elements.push(...values)
    file.ragged = b % 4 === 0 && !file.reserved ? 1 + (b % 3) : 0
    outsider.append(values, file.ragged)
  },
  'somebody completes a half'(run) {
    const { file, outsider } = run
    if (!file.ragged) return
    file.ragged = 0
    outsider.cut(file.length, 0)
  },
}

const command = fc.record({
  name: fc.constantFrom(...Object.keys(COMMANDS), 'append', 'refresh', 'open', 'attach'),
  who: fc.nat(MOST - 1),
  a: fc.oneof(fc.nat(20), fc.nat(LONG)),
  b: fc.nat(59),
  flags: fc.constantFrom('r+', 'r+', 'r+', 'r', 'c'),
  place: fc.nat(5),
})

const HEADER = 16
const storages = [
  ['a file', { isNamed: true, header: 0 }],
  ['a file behind a header', { isNamed: true, header: HEADER }],
  ['anonymous memory', { isNamed: false, header: 0 }],
]

describe.each(storages)('%s', (_, { isNamed, header }) => {
  const scope = useScope()

  test('every array keeps to the rule of length', async () => {
    const thread = startThread(scope)
    const child = startProcess(scope)
    const local = { MmapArray, state: {} }
    const here = async (call) => act(local, call)
    const places = [here, here, here, (call) => thread.run(act, call), (call) => child.run(act, call)]
    const closeAll = ({ state }) => {
      for (const array of state.arrays?.values() ?? []) {
        try {
          array.close()
        } catch (error) {
          if (error.code !== 'ERR_OTHER_WRITER') throw error
        }
      }
      state.arrays = new Map()
    }

    async function runAll(start, commands) {
      const outsider = new Outsider(isNamed ? scope.path() : '', header)
      Object.assign(outsider, { isNamed })
      const run = new Several(places, outsider, header / 4)
      const first = new ArrayModel(run.file, 'r+')
      const values = run.fresh(start)
      if (isNamed) {
        fs.writeFileSync(outsider.path, Buffer.alloc(header, 0xaa))
        await run.add(first, 0, 'open', outsider.path, 'i', { flags: 'a+', offset: header })
      } else {
        first.id = -1
        first.place = here
        local.state.arrays = new Map([[-1, new MmapArray('i')]])
        run.file.add(first)
        outsider.path = `/proc/self/fd/${local.state.arrays.get(-1).fd}`
      }
      if (start > 0) await run.change(first, ['extend', values], () => () => first.replace(0, 0, values))
      await run.check()
      for (const { name, who, ...numbers } of commands) {
        const { arrays } = run.file
        await COMMANDS[name](run, arrays[who % arrays.length], numbers)
        await run.check()
      }
      closeAll(local)
      await thread.run(closeAll)
      await child.run(closeAll)
      const reserved = run.file.reserved
      reserved?.trim()
      if (isNamed && reserved) expect(outsider.elements()).toEqual(run.file.elements)
    }

    const clean = async (...given) => {
      try {
        await runAll(...given)
      } finally {
        closeAll(local)
        await thread.run(closeAll)
        await child.run(closeAll)
      }
    }
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.nat(10), fc.nat(LONG)), fc.array(command, { maxLength: 40, size: 'max' }), clean),
      {
        numRuns: RUNS,
        ...(process.env.FC_SEED && { seed: Number(process.env.FC_SEED) }),
      },
    )
  })
})
