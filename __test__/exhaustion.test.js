// No descriptors, no address space, no room in the file: the system's own code, everything as it was, and usable again
// when there is some. Each limit in a child of its own, whose exit code and signal are looked at.
import fs from 'node:fs'
import { totalmem } from 'node:os'
import { expect, test } from 'vitest'
import { FACTS, describeWith, expectExit, run, runNode, script } from './support/processes.js'
import { onLinux } from './support/linux.js'
import { useScope } from './support/scope.js'
import { describeOnSmallDisk, runWithMemory } from './support/small-disks.js'
import { PAGE } from './support/pages.js'

const scope = useScope()

const SHM = `'mmap-array-limit-' + process.pid`

const PRELUDE = `
  import assert from 'node:assert'
  import { spawnSync } from 'node:child_process'
  const [directory] = process.argv.slice(1)
  const path = directory + '/array'
  const facts = await import(${JSON.stringify(FACTS)})
  const descriptors = () => facts.descriptors([facts.ANONYMOUS, directory, ${SHM}])
  const outcome = async (call) => {
    try {
      const value = await call()
      if (value instanceof MmapArray && value !== array) value.close()
      return 'done'
    } catch (error) {
      assert.ok(error instanceof Error)
      // A copy on the heap is not the system's to refuse.
      if (/^E[A-Z]+$/.test(error.code) && !(error instanceof RangeError)) assert.ok(error.errno < 0 && error.syscall && error.message.startsWith(error.code), error.message)
      return error.code
    }
  }
  /** Lets the process have so many bytes of address space more than it has. */
  const limitSpace = (more) => {
    const size = 1024 * Number(/VmSize:\\s+(\\d+)/.exec(fs.readFileSync('/proc/self/status', 'utf8'))[1])
    // The soft limit only: it can be raised again.
    const limit = more === Infinity ? 'unlimited' : size + more
    const { status, stderr } = spawnSync('prlimit', ['--pid', process.pid, '--as=' + limit + ':'])
    assert.equal(status, 0, String(stderr))
  }
  let array
`

/** Runs a body in a Node that starts under a limit of the shell's. */
async function limited(limit, body) {
  const command = [
    process.execPath,
    '--expose-gc',
    '--input-type=module',
    '-e',
    script(PRELUDE + body),
    '--',
    scope.directory,
  ]
  const result = await run('bash', ['-c', `${limit} exec "$@"`, 'bash', ...command], { timeout: 60000 })
  expectExit(result)
  expect(result.stdout).toBe('end\n')
}

// What broke: the system ended the process, by SIGKILL.
test('more elements than the machine has memory for are refused before any is copied', async () => {
  const result = await runNode(
    `// Should it go wrong, this process and no other is to pay.
     fs.writeFileSync('/proc/self/oom_score_adj', '1000')
     const path = process.argv[1]
     fs.closeSync(fs.openSync(path, 'w'))
     fs.truncateSync(path, 2 ** 42)
     const large = MmapArray.open(path, 'B')
     const small = new MmapArray('B', [1, 2])
     const calls = [
       () => large.copy(),
       () => large.repeat(2),
       () => large.concat(small),
       () => small.concat(large),
       () => new MmapArray('B', large),
       () => small.extend(large),
       () => small.setSlice(large, 1),
       () => small.repeatInPlace(2 ** 42),
       () => large.tobytes(),
       () => large.slice(),
       // More than the machine has, and no more than the runtime would promise.
       () => large.slice(0, ${2 ** Math.ceil(Math.log2(totalmem()))}),
     ]
     for (const call of calls) {
       try {
         call()
       } catch (error) {
         console.log(error.code, String(small))
       }
     }`,
    { args: [scope.path('sparse')] },
  )
  expectExit(result)
  expect(result.stdout.trim().split('\n')).toEqual(Array.from({ length: 11 }, () => "ENOMEM MmapArray('B', [1, 2])"))
})

/** Every way to come by a descriptor. What is attached in the same thread shares one. */
const WAYS = {
  open: `() => MmapArray.open(path, 'i')`,
  'open for writing': `() => MmapArray.open(path, 'i', { flags: 'r+' })`,
  'open of a new file': `() => MmapArray.open(directory + '/new', 'i', { flags: 'w+', length: 10 })`,
  openShm: `() => MmapArray.openShm(${SHM}, 'i', { flags: 'a+' })`,
  fromFd: `() => MmapArray.fromFd(array.fd, 'i')`,
  constructor: `() => new MmapArray('i', [1])`,
  'attach by path': `() => MmapArray.attach(gone)`,
  copy: `() => array.copy()`,
  concat: `() => array.concat([1])`,
  repeat: `() => array.repeat(3)`,
  lock: `() => { const one = MmapArray.attach(array.handle()); try { one.lock() } finally { one.close() } }`,
  lockAsync: `async () => { const one = MmapArray.attach(array.handle()); try { await one.lockAsync() } finally { one.close() } }`,
  fromfile: `() => array.fromfile(path, 1)`,
  tofile: `() => array.tofile(directory + '/copy')`,
}

describeWith('bash', ['-c', 'ulimit -n 100'], 'no descriptors', () => {
  test('every way to open ends in EMFILE, and works when there are some', () =>
    limited(
      'ulimit -n 100;',
      `fs.writeFileSync(path, Buffer.alloc(40, 1))
       array = MmapArray.open(path, 'i', { flags: 'r+' })
       const owner = MmapArray.open(path, 'i', { offset: 4 })
       const gone = owner.handle()
       owner.close()
       const ways = {${Object.entries(WAYS).map(([name, way]) => `${JSON.stringify(name)}: ${way}`)}}
       // Whatever is loaded late wants its descriptors before the limit.
       for (const [name, way] of Object.entries(ways)) assert.equal(await outcome(way), 'done', name)
       for (const free of [0, 1, 2]) {
         array.deleteSlice(10)
         const taken = []
         try { for (;;) taken.push(fs.openSync('/dev/null')) } catch (error) { assert.equal(error.code, 'EMFILE') }
         assert.ok(taken.length > 20)
         for (let n = 0; n < free; n++) fs.closeSync(taken.pop())
         const results = {}
         for (const [name, way] of Object.entries(ways)) for (let n = 0; n < 3; n++) results[name] = await outcome(way)
         const length = array.length
         array.append(5)
         array.view[0] = 7
         array.flush()
         await array.flushAsync()
         assert.equal(array.get(0), 7)
         // As many are left as before: a failure keeps none.
         let left = 0
         try { for (;;) { taken.push(fs.openSync('/dev/null')); left++ } } catch {}
         assert.equal(left, free)
         for (const descriptor of taken) fs.closeSync(descriptor)
         if (free === 0) {
           for (const [name, code] of Object.entries(results)) assert.equal(code, 'EMFILE', name)
           assert.equal(length, 10)
         }
         assert.ok(Object.values(results).every((code) => code === 'EMFILE' || code === 'done'), JSON.stringify(results))
         for (const [name, way] of Object.entries(ways)) assert.equal(await outcome(way), 'done', name)
       }
       MmapArray.unlinkShm(${SHM})
       console.log('end')`,
    ))
})

// What broke: the guard looked up what is mapped in a file it had to open.
describeWith('bash', ['-c', 'ulimit -n 100'], 'no descriptors when a file is cut', () => {
  test.each(['view', 'sharedView'])('%s reads zeros', (name) =>
    limited(
      'ulimit -n 100;',
      `array = MmapArray.open(path, 'i', { flags: 'w+' })
       array.extend(new Int32Array(100_000).fill(1))
       const memory = array.${name}
       const taken = []
       try { for (;;) taken.push(fs.openSync('/dev/null')) } catch (error) { assert.equal(error.code, 'EMFILE') }
       fs.ftruncateSync(array.fd, ${PAGE})
       assert.equal(memory[99_999], 0)
       assert.equal(memory[${PAGE / 4 - 1}], 1)
       assert.equal(await outcome(() => array.count(1)), 'ERR_MEMORY_FAULT')
       assert.equal(array.refresh(), ${PAGE / 4})
       assert.equal(array.count(1), ${PAGE / 4})
       console.log('end')`,
    ),
  )
})

describeWith('prlimit', ['--version'], 'no address space', () => {
  const GIB = 2 ** 30
  /** What the window of a small file spans. */
  const WINDOW = GIB / 4 + 2 ** 21

  test('every way to map ends in ENOMEM, and works when there is some', () =>
    limited(
      '',
      `// So large that not even the elements alone find room.
       fs.closeSync(fs.openSync(path, 'w'))
       fs.truncateSync(path, ${2 * GIB})
       array = MmapArray.open(path, 'i', { flags: 'r+' })
       assert.equal(array.get(5), 0)
       const sized = { flags: 'r+' }
       const ways = {
         open: () => MmapArray.open(path, 'i'),
         'open for writing': () => MmapArray.open(path, 'i', sized),
         'copy-on-write': () => MmapArray.open(path, 'i', { flags: 'c' }),
         openShm: () => { const one = MmapArray.openShm(${SHM}, 'i', { flags: 'a+' }); try { fs.truncateSync(one.path, ${2 * GIB}); return MmapArray.openShm(${SHM}, 'i') } finally { one.close() } },
         fromFd: () => MmapArray.fromFd(array.fd, 'i'),
         'attach with a map of its own': () => MmapArray.attach(array.handle(), { flags: 'c' }),
         constructor: () => new MmapArray('i', undefined, { capacity: ${GIB / 2} }),
         zeros: () => new MmapArray('i', ${GIB / 2}),
         copy: () => { const one = MmapArray.attach(array.handle()); try { return one.copy() } finally { one.close() } },
         slice: () => array.slice(),
         tobytes: () => array.tobytes(),
       }
       // What a process opens once, for all its arrays.
       new MmapArray('i', [1]).close()
       limitSpace(${GIB})
       const before = descriptors()
       for (const [name, way] of Object.entries(ways)) assert.equal(await outcome(way), 'ENOMEM', name)
       assert.equal(descriptors(), before)
       array.append(5)
       assert.equal(array.get(-1), 5)
       array.pop()
       limitSpace(Infinity)
       for (const name of ['open', 'open for writing', 'copy-on-write', 'openShm', 'fromFd', 'attach with a map of its own', 'constructor']) {
         assert.equal(await outcome(ways[name]), 'done', name)
       }
       MmapArray.unlinkShm(${SHM})
       console.log('end')`,
    ))

  // What broke: the bytes were appended first, and then could not be mapped: an error, and a longer file.
  test('an append beyond the window that finds no room for a wider one writes nothing', () =>
    limited(
      '',
      `array = MmapArray.open(path, 'i', { flags: 'w+' })
       const other = MmapArray.open(path, 'i', { flags: 'w+' })
       fs.truncateSync(path, ${WINDOW})
       assert.equal(array.refresh(), ${WINDOW / 4})
       limitSpace(${GIB / 8})
       for (const call of [() => array.append(7), () => array.extend([7, 8]), () => array.insert(0, 7), () => array.frombytes(new Uint8Array(8))]) {
         assert.equal(await outcome(call), 'ENOMEM', String(call))
         assert.equal(fs.statSync(path).size, ${WINDOW})
         assert.equal(array.length, ${WINDOW / 4})
       }
       array.pop()
       array.append(9)
       assert.equal(array.get(-1), 9)
       limitSpace(Infinity)
       array.append(7)
       assert.equal(array.get(-1), 7)
       console.log('end')`,
    ))

  // What broke: the copy was made by an allocation that ends the process where it fails.
  test('setSlice whose copy finds no memory', () =>
    limited(
      '',
      `array = new MmapArray('B')
       array.reserve(${GIB})
       const source = MmapArray.open(path, 'B', { flags: 'w+' })
       fs.truncateSync(path, ${GIB})
       source.refresh()
       array.extend(new Uint8Array(10))
       limitSpace(${GIB / 2})
       assert.equal(await outcome(() => array.setSlice(source, 2, 5)), 'ENOMEM')
       assert.deepEqual([...array.tobytes()], Array.from({ length: 10 }, () => 0))
       console.log('end')`,
    ))

  // Where the runtime makes a buffer for the core and finds no memory, it ends the process.
  test('searchsortedAsync and envelopeAsync whose results find no memory', () =>
    limited(
      '',
      `fs.closeSync(fs.openSync(path, 'w'))
       fs.truncateSync(path, ${GIB / 4})
       array = MmapArray.open(path, 'B', { flags: 'r+' })
       assert.equal(await outcome(() => array.envelopeAsync(1)), 'done')
       limitSpace(${GIB / 4})
       assert.equal(await outcome(() => array.searchsortedAsync(array)), 'ENOMEM')
       assert.equal(await outcome(() => array.envelopeAsync(array.length)), 'ENOMEM')
       array.append(5)
       assert.equal(array.pop(), 5)
       console.log('end')`,
    ))
})

// A write beyond the limit raises SIGXFSZ, which ends a process that does not ignore it, as Node does.
describeWith('bash', ['-c', 'ulimit -f 100'], 'no room in the file', () => {
  const REFUSED = {
    'open with a length': `() => MmapArray.open(directory + '/new', 'd', { flags: 'w+', length: 5000 })`,
    'open with a capacity': `() => MmapArray.open(directory + '/new', 'd', { flags: 'w+', capacity: 5000 })`,
    'open for appending, with a length': `() => MmapArray.open(path, 'd', { flags: 'a+', length: 5000 })`,
    'openShm with a length': `() => MmapArray.openShm(${SHM}, 'd', { flags: 'a+', length: 5000 })`,
    'the constructor with a capacity': `() => new MmapArray('d', undefined, { capacity: 5000 })`,
    'the constructor with elements': `() => new MmapArray('d', new Float64Array(5000))`,
    append: `() => { for (;;) array.append(1) }`,
    extend: `() => array.extend(new Float64Array(5000))`,
    insert: `() => { for (;;) array.insert(0, 1) }`,
    setSlice: `() => array.setSlice(new Float64Array(5000), 1, 2)`,
    fromfile: `() => array.fromfile('/dev/zero', 5000)`,
    reserve: `() => array.reserve(5000)`,
    concat: `() => array.concat(new Float64Array(5000))`,
    repeat: `() => array.repeat(5000)`,
    tofile: `() => MmapArray.open(directory + '/large', 'd').tofile(directory + '/copy')`,
  }

  const BODY = `
    array = MmapArray.open(path, 'd', { flags: 'w+' })
    array.extend([1, 1, 1])
    for (const [name, call] of Object.entries({${Object.entries(REFUSED).map(([name, call]) => `${JSON.stringify(name)}: ${call}`)}})) {
      assert.equal(await outcome(call), 'EFBIG', name)
      assert.equal(array.length, array.refresh(), name)
      assert.equal(fs.statSync(path).size, array.length * 8, name)
      array.deleteSlice(3)
      array.append(2)
      array.pop()
    }
    assert.deepEqual(array.tolist(), [1, 1, 1])
    array.close()
    try { MmapArray.unlinkShm(${SHM}) } catch {}`

  test('every way to grow ends in EFBIG', () => {
    fs.writeFileSync(scope.path('large'), Buffer.alloc(40_000))
    return limited('ulimit -f 16;', `${BODY}\nconsole.log('end')`)
  })

  // What broke: room that was there was refused, since the system fills large parts of it by a write.
  test('room that an array has is not taken away by a limit that comes later', () =>
    limited(
      '',
      `array = new MmapArray('d', undefined, { capacity: 500_000 })
       assert.equal(spawnSync('prlimit', ['--pid', process.pid, '--fsize=102400:']).status, 0)
       array.extend(new Float64Array(200_000).fill(7))
       for (let n = 200_000; n < 500_000; n++) array.append(n)
       assert.equal(array.count(7), 200_000)
       assert.ok(array.subarray(200_000).every((value, n) => value === n + 200_000))
       assert.equal(await outcome(() => array.append(1)), 'EFBIG')
       assert.equal(array.length, 500_000)
       console.log('end')`,
    ))

  // What broke: the part of it that was written stayed in the file for good.
  test('what fromfileAsync wrote in vain to a .npy file is given back', () =>
    limited(
      '',
      `fs.writeFileSync(directory + '/source', Buffer.alloc(2_000_000, 1))
       array = MmapArray.open(directory + '/counted.npy', 'B', { flags: 'w+' })
       const empty = fs.statSync(directory + '/counted.npy').size
       assert.equal(spawnSync('prlimit', ['--pid', process.pid, '--fsize=1300000:']).status, 0)
       await assert.rejects(array.fromfileAsync(directory + '/source', 2_000_000), { code: 'EFBIG' })
       assert.ok(array.length > 0 && array.count(1) === array.length)
       assert.equal(fs.statSync(directory + '/counted.npy').size, empty + array.length)
       console.log('end')`,
    ))

  test('in a worker thread, too', () => {
    fs.writeFileSync(scope.path('large'), Buffer.alloc(40_000))
    return limited(
      'ulimit -f 16;',
      `import { Worker, isMainThread } from 'node:worker_threads'
       const source = ${JSON.stringify(script(`${PRELUDE}${BODY}`))}
       const worker = new Worker(new URL('data:text/javascript,' + encodeURIComponent(source)), { argv: [directory], execArgv: [] })
       worker.on('error', (error) => { throw error })
       worker.on('exit', () => console.log('end'))`,
    )
  })
})

describeOnSmallDisk('a source that does not say its size', () => {
  const scope = useScope()
  const MEMORY = 64 << 20

  onLinux('/proc/meminfo says how much memory is left', test).each([
    ['fromfile', 'reserved'],
    ['fromfile', 'exact'],
    ['fromfileAsync', 'reserved'],
    ['fromfileAsync', 'exact'],
  ])(
    '%s to an array that is %s, without memory for the next 64 MiB, throws ENOMEM and keeps what was read',
    async (call, state) => {
      const result = await runWithMemory(
        scope.directory,
        MEMORY - 1,
        `const array = new MmapArray('d')
       if ('${state}' === 'exact') array.handle()
       let code
       try { await array.${call}('/dev/zero', ${(3 * MEMORY) / 8}) } catch (error) { code = error.code }
       console.log(code, array.byteLength, array.count(0) === array.length)`,
      )
      expectExit(result)
      expect(result.stdout).toBe(`ENOMEM ${MEMORY} true\n`)
    },
  )
})
