// The same bytes in Python, by array and mmap of its standard library: written there and read here, and the other way round.
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import readline from 'node:readline'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { describePython, python } from './support/python.js'
import { useScope } from './support/scope.js'
import { STORAGES } from './support/storages.js'
import { TYPECODES, elements, encode, halfBits, halfValue, typecode } from './support/typecodes.js'

/** A Python process that obeys share.py's requests. */
function startPython(scope) {
  const child = spawn('python3', [fileURLToPath(new URL('./python/share.py', import.meta.url))], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const exit = new Promise((resolve) => child.once('exit', resolve))
  const lines = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  scope.atEnd(async () => {
    child.stdin.end()
    expect(await exit).toBe(0)
  })
  return async (request) => {
    child.stdin.write(`${JSON.stringify(request)}\n`)
    const { value, done } = await lines.next()
    if (done) throw new Error('Python ended')
    return JSON.parse(value)
  }
}

/** A Python expression for elements, exact. */
const literal = (type, items) => {
  if (type.kind === 'character') return JSON.stringify(items.join(''))
  const numbers = { NaN: 'float("nan")', Infinity: 'float("inf")', '-Infinity': 'float("-inf")' }
  return `[${items.map((item) => numbers[item] ?? String(item)).join(', ')}]`
}

// c and e are not in every Python's array, u leaves it in 3.16, w came in 3.13
const known = (code) => `\nimport array, sys\nif "${code}" not in array.typecodes: sys.exit()\n`
const inEveryPython = TYPECODES.filter(({ code }) => 'bBhHiIlLqQfd'.includes(code))
const inSomePython = TYPECODES.filter(({ code }) => 'bBhHiIlLqQefduw'.includes(code))

describePython('Python', () => {
  describe.each(inSomePython)('array of $code', (type) => {
    const scope = useScope()
    const items = [...type.samples, ...elements(type, 20)].filter((item) => !/[\0\n\uffff]/.test(item))

    test('what Python wrote is read here', () => {
      const path = scope.path()
      const list = literal(type, items)
      python(`${known(type.code)}array.array("${type.code}", ${list}).tofile(open(sys.argv[1], "wb"))`, path)
      if (!fs.existsSync(path)) return expect(inEveryPython).not.toContain(type)
      expect(scope.keep(MmapArray.open(path, type.code)).tolist()).toEqual(items)
      const array = scope.keep(new MmapArray(type.code))
      array.fromfile(path, items.length)
      expect(array.tolist()).toEqual(items)
    })

    test('what was written here is read by Python', () => {
      const path = scope.path()
      const array = scope.keep(MmapArray.open(path, type.code, { flags: 'w+', capacity: 100 }))
      for (const item of items) array.append(item)
      array.flush()
      const copy = scope.path()
      array.tofile(copy)
      for (const file of [path, copy]) {
        const program = `${known(type.code)}import os
a = array.array("${type.code}")
a.fromfile(open(sys.argv[1], "rb"), os.path.getsize(sys.argv[1]) // a.itemsize)
print(a == array.array("${type.code}", ${literal(type, items)}), a.itemsize, len(a))`
        const answer = python(program, file)
        if (answer || inEveryPython.includes(type)) expect(answer).toBe(`True ${type.itemsize} ${items.length}\n`)
      }
    })
  })

  describe('struct', () => {
    test('packs halves as this addon rounds them', () => {
      const values = [0.1, 65519, 1e-8, 2049, 2051, 1 + 2 ** -11, 3.14159, 5.9e-8, 2 ** -25 * 1.5, 1234.5678]
      const answer = JSON.parse(
        python(
          'import struct, json, sys; print(json.dumps([struct.unpack("<H", struct.pack("<e", v))[0] for v in json.loads(sys.argv[1])]))',
          JSON.stringify(values),
        ),
      )
      const array = new MmapArray('e', values)
      expect([...new Uint16Array(new Uint8Array(array.tobytes()).buffer)]).toEqual(answer)
      expect(values.map(halfBits)).toEqual(answer)
      expect(array.tolist()).toEqual(answer.map(halfValue))
      array.close()
    })

    test('unpacks characters', () => {
      const array = new MmapArray('u', 'a😀')
      const hex = array.tobytes().toString('hex')
      expect(python('import sys; print(ascii(bytes.fromhex(sys.argv[1]).decode("utf-32-le")))', hex)).toBe(
        "'a\\U0001f600'\n",
      )
      array.close()
    })
  })

  describe('mmap', () => {
    const scope = useScope()
    const i = typecode('i')

    test.each(inEveryPython.filter(({ kind }) => kind !== 'bigint'))(
      'both write into one file, live: $code',
      async (type) => {
        const items = elements(type, 5)
        const path = scope.file(encode(type, items))
        const array = scope.keep(MmapArray.open(path, type.code, { flags: 'r+' }))
        const { view } = array
        const ask = startPython(scope)
        expect(await ask({ open: path })).toBe(5 * type.itemsize)
        expect(await ask({ read: [type.code, 0, 5] })).toEqual(items)
        array.set(0, 77)
        view[1] = 78
        expect(await ask({ read: [type.code, 0, 2] })).toEqual([77, 78])
        await ask({ write: [type.code, 2, 79] })
        expect(array.get(2)).toBe(79)
        expect(view[2]).toBe(79)
        expect(await ask({ append: [type.code, [80, 81]] })).toBe(7 * type.itemsize)
        expect(array.length).toBe(5)
        expect(array.refresh()).toBe(7)
        expect(array.tolist()).toEqual([77, 78, 79, items[3], items[4], 80, 81])
        array.append(82)
        expect(await ask({ size: true })).toBe(8 * type.itemsize)
        await ask({ open: path })
        expect(await ask({ read: [type.code, 7, 1] })).toEqual([82])
        expect(await ask({ append: [type.code, [83]] })).toBe(9 * type.itemsize)
        array.append(84)
        expect(array.tolist().slice(5)).toEqual([80, 81, 82, 83, 84])
      },
    )

    test('an anonymous array through /proc', async () => {
      const array = scope.keep(new MmapArray('i', [1, 2, 3], { capacity: 1000 }))
      const ask = startPython(scope)
      expect(await ask({ open: `/proc/${process.pid}/fd/${array.fd}` })).toBe(12)
      expect(await ask({ read: ['i', 0, 3] })).toEqual([1, 2, 3])
      await ask({ write: ['i', 1, 20] })
      expect(array.tolist()).toEqual([1, 20, 3])
      expect(await ask({ append: ['i', [4]] })).toBe(16)
      expect(array.refresh()).toBe(4)
      expect(array.tolist()).toEqual([1, 20, 3, 4])
    })

    test('an anonymous array as an inherited descriptor', async () => {
      const array = scope.keep(new MmapArray('i', [1, 2, 3]))
      const program = `import mmap, os
m = mmap.mmap(3, 0)
v = memoryview(m).cast("i")
print(v.tolist())
v[0] = 10
os.write(3, b"") # a descriptor that can be written
`
      const child = spawn('python3', ['-c', program], { stdio: ['ignore', 'pipe', 'inherit', array.fd] })
      let output = ''
      child.stdout.setEncoding('utf8').on('data', (text) => (output += text))
      const [code, signal] = await new Promise((resolve) => child.on('close', (...end) => resolve(end)))
      expect({ code, signal }).toEqual({ code: 0, signal: null })
      expect(output).toBe('[1, 2, 3]\n')
      expect(array.tolist()).toEqual([10, 2, 3])
    })

    test('one appends, the other reads, in turns', async () => {
      const path = scope.file(encode(i, [0]))
      const array = scope.keep(MmapArray.open(path, 'i', { flags: 'r+' }))
      const ask = startPython(scope)
      await ask({ open: path })
      for (let n = 1; n < 40; n += 2) {
        array.append(n)
        await ask({ append: ['i', [n + 1]] })
      }
      expect(array.refresh()).toBe(41)
      expect(array.tolist()).toEqual(Array.from({ length: 41 }, (_, n) => n))
    })
  })

  describe.each(STORAGES.filter(({ onDisk }) => onDisk))('$name', ({ make }) => {
    const scope = useScope()

    test('a file closed here has exactly the elements for Python', () => {
      const type = typecode('d')
      const array = make(type, elements(type, 10), scope)
      for (let n = 0; n < 500; n++) array.append(n + 0.25)
      const { path } = array
      array.close()
      const answer = python(
        `import array, sys
bytes = open(sys.argv[1], "rb").read()
a = array.array("d")
a.frombytes(bytes)
print(len(bytes), a[-1], sum(a[-500:]))`,
        path,
      )
      const size = fs.statSync(path).size
      expect([510 * 8, 510 * 8 + 16, 510 * 8 + 128]).toContain(size)
      expect(answer).toBe(`${size} 499.25 ${(500 * 499) / 2 + 125}.0\n`)
    })
  })
})
