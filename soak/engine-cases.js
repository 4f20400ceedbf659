// The engine's own calls on memory: what `engine-calls.js` tries while another thread writes there, or while the array closes.
// A call is given what `engine-victim.js` makes: `bytes`, and `as(Type, count)` for a typed array on the same memory.
import assert from 'node:assert'
import buffer from 'node:buffer'
import { spawnSync } from 'node:child_process'
import crypto from 'node:crypto'
import fs from 'node:fs'
import { StringDecoder } from 'node:string_decoder'
import util from 'node:util'
import v8 from 'node:v8'
import vm from 'node:vm'
import { MessageChannel } from 'node:worker_threads'
import zlib from 'node:zlib'

const { Buffer } = buffer
const NULL = fs.openSync('/dev/null', 'r+')
const ZERO = fs.openSync('/dev/zero', 'r')
const TYPES = { B: Uint8Array, h: Int16Array, i: Int32Array, q: BigInt64Array, f: Float32Array, d: Float64Array }
const TEXT = 'aé€𝒳'.repeat(20_000)
const promised = util.promisify

/** Seeds: bytes that make sense, of which the other thread changes one after another and puts all back. */
const manyFunctions = () => {
  const count = 200
  const leb = (n) => (n < 128 ? [n] : [(n & 127) | 128, ...leb(n >> 7)])
  const section = (id, content) => [id, ...leb(content.length), ...content]
  const body = [0, 0x20, 0, ...Array.from({ length: 30 }, (_, n) => [0x41, n, 0x6a]).flat(), 0x0b]
  const bodies = Array.from({ length: count }, () => [...leb(body.length), ...body]).flat()
  return Buffer.from([
    ...Buffer.from('0061736d01000000', 'hex'),
    ...section(1, [1, 0x60, 1, 0x7f, 1, 0x7f]),
    ...section(3, [...leb(count), ...Buffer.alloc(count)]),
    ...section(10, [...leb(count), ...bodies]),
  ])
}
const keys = crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' })
const PEM = Buffer.from(keys.privateKey.export({ format: 'pem', type: 'pkcs8' }))
const DER = keys.publicKey.export({ format: 'der', type: 'spki' })
const SOURCE = `(() => { ${Array.from({ length: 200 }, (_, n) => `function f${n}(x) { return [x, ${n}, 'text${n}'] }`).join('\n')}; return f7(1) })()`
const compiled = new vm.Script(SOURCE)
compiled.runInThisContext()
const repeated = Buffer.from('The quick brown fox. '.repeat(3000))
const SEEDS = {
  text: Buffer.from(TEXT),
  wasm: manyFunctions(),
  deflated: zlib.deflateSync(repeated),
  gzipped: zlib.gzipSync(repeated),
  brotli: zlib.brotliCompressSync(repeated),
  zstd: zlib.zstdCompressSync?.(repeated),
  serialized: v8.serialize(
    Array.from({ length: 500 }, (_, n) => ({ n, text: `é${n}`, list: [n, [n]], big: 7n ** 40n })),
  ),
  code: compiled.createCachedData(),
  pem: PEM,
  der: DER,
}

export const CASES = []
/** `write` is what the other thread does: `noise`, or the name of a seed. */
const add = (name, write, call) => CASES.push({ name, seed: SEEDS[write], call })

for (const [letter, Type] of Object.entries(TYPES)) {
  const zero = letter === 'q' ? 0n : 0
  const calls = {
    sort: (a) => a.sort(),
    'sort with a function': (a) => a.sort((x, y) => (x < y ? -1 : 1)),
    toSorted: (a) => a.toSorted(),
    toReversed: (a) => a.toReversed(),
    with: (a) => a.with(3, zero),
    reverse: (a) => a.reverse(),
    copyWithin: (a) => a.copyWithin(1, 0),
    'set of itself': (a) => a.set(a.subarray(1)),
    'set on another type': (a) => (letter === 'q' ? new BigUint64Array(a) : new Float32Array(a.length)).set(a),
    fill: (a) => a.fill(zero),
    'indexOf, lastIndexOf, includes': (a) => [a.indexOf(zero), a.lastIndexOf(zero), a.includes(zero)],
    join: (a) => a.subarray(0, 2000).join(),
    toLocaleString: (a) => a.subarray(0, 50).toLocaleString(),
    'map and filter': (a) => [a.map((x) => x), a.filter((x) => x > 5)],
    slice: (a) => a.slice(1),
    'find, findLast, findIndex, some, every, reduce': (a) => [
      a.find((x) => x === 77),
      a.findLast((x) => x === 77),
      a.findIndex((x) => x === 77),
      a.some((x) => x === 77),
      a.every((x) => x !== 77),
      a.reduce((x) => x, 0),
    ],
    'iteration, spread, Array.from': (a) => [[...a], Array.from(a), [...a.entries()].length, a.at(-1)],
    'constructor and from': (a) => [new Type(a), Type.from(a), new Type(a.buffer.slice(0))],
    'Array.prototype on it': (a) => {
      const { sort, reverse, slice, concat, join, indexOf, copyWithin } = Array.prototype
      const few = a.subarray(0, 500)
      return [
        sort.call(few),
        reverse.call(few),
        slice.call(few),
        concat.call([], few),
        join.call(few),
        indexOf.call(few, 1),
        copyWithin.call(few, 1, 0),
      ]
    },
    'apply and spread in a call': (a) => [
      Math.max.apply(
        null,
        a.subarray(0, 1000).map((x) => x),
      ),
      String(a.subarray(0, 9)),
    ],
    'structuredClone, v8.serialize': (a) => [structuredClone(a), v8.serialize(a)],
    'JSON, inspect': (a) => [JSON.stringify(a.subarray(0, 500)), util.inspect(a)],
    'deep equality': (a) => [util.isDeepStrictEqual(a, a.slice()), util.isDeepStrictEqual(new Set([a]), new Set([a]))],
  }
  for (const [name, call] of Object.entries(calls)) {
    for (const count of name.includes('ort') ? [200, 2000, 100_000] : [20_000]) {
      add(`${Type.name}: ${name}, of ${count}`, 'noise', ({ as }) => call(as(Type, count)))
    }
  }
}

add('DataView: each getter and setter', 'noise', ({ bytes }) => {
  const data = new DataView(bytes.buffer, 1)
  for (const kind of ['Int8', 'Uint16', 'Int32', 'BigInt64', 'Float32', 'Float64'])
    data[`set${kind}`](8, data[`get${kind}`](16))
})
add('Atomics: each', 'noise', ({ as }) => {
  const a = as(Int32Array, 100)
  for (const name of ['add', 'and', 'exchange', 'or', 'store', 'sub', 'xor']) Atomics[name](a, 5, 7)
  return [Atomics.load(a, 5), Atomics.compareExchange(a, 5, 1, 2), Atomics.notify(a, 5)]
})

const onBuffer = (bytes, length = bytes.length) => Buffer.from(bytes.buffer, 0, length)
for (const encoding of ['utf8', 'utf16le', 'latin1', 'ascii', 'base64', 'base64url', 'hex']) {
  for (const write of ['noise', 'text']) {
    add(`Buffer: toString('${encoding}'), ${write}`, write, ({ bytes }) => onBuffer(bytes).toString(encoding))
  }
  add(`Buffer: write and fill of text, '${encoding}'`, 'noise', ({ bytes }) => {
    const text = ['hex', 'base64', 'base64url'].includes(encoding) ? 'ab12'.repeat(5000) : TEXT
    return [onBuffer(bytes).write(text, encoding), onBuffer(bytes).fill('abcd', encoding)]
  })
  add(`Buffer: indexOf, lastIndexOf of text, '${encoding}'`, 'text', ({ bytes }) => {
    const needle = ['hex', 'base64', 'base64url'].includes(encoding) ? 'ab12ab12' : '€𝒳a'
    return [onBuffer(bytes).indexOf(needle, 0, encoding), onBuffer(bytes).lastIndexOf(needle, undefined, encoding)]
  })
  add(`StringDecoder: '${encoding}'`, 'text', ({ bytes }) => {
    const decoder = new StringDecoder(encoding)
    return [decoder.write(onBuffer(bytes, 50_001)), decoder.end()]
  })
}
add('Buffer: compare, equals, indexOf of itself', 'noise', ({ bytes }) => {
  const all = onBuffer(bytes)
  return [
    all.compare(Buffer.from(all)),
    all.equals(Buffer.from(all)),
    all.indexOf(all.subarray(500, 520)),
    all.includes(all.subarray(-9)),
  ]
})
add('Buffer: copy, concat, from, copyBytesFrom', 'noise', ({ bytes }) => {
  const all = onBuffer(bytes)
  return [
    all.copy(all, 1),
    Buffer.concat([all, all]),
    Buffer.from(all),
    Buffer.copyBytesFrom(bytes),
    Buffer.from(bytes),
  ]
})
add('Buffer: swap16, swap32, swap64', 'noise', ({ bytes }) => onBuffer(bytes, 65_536).swap16().swap32().swap64())
add('Buffer: toJSON, reads and writes', 'noise', ({ bytes }) => {
  const all = onBuffer(bytes, 500)
  return [JSON.stringify(all), all.readUIntBE(3, 6), all.readDoubleLE(9), all.writeIntLE(-5, 7, 6), util.inspect(all)]
})
add('buffer: isUtf8, isAscii', 'text', ({ bytes }) => [buffer.isUtf8(bytes), buffer.isAscii(bytes)])
for (const [from, to] of [
  ['utf8', 'utf16le'],
  ['utf8', 'latin1'],
  ['utf16le', 'utf8'],
  ['latin1', 'utf16le'],
]) {
  add(`buffer: transcode ${from} to ${to}`, 'text', ({ bytes }) =>
    buffer.transcode(bytes.subarray(0, 50_000), from, to),
  )
}
add('Blob, File: text, arrayBuffer', 'text', async ({ bytes }) => {
  const blob = new Blob([bytes])
  return [await blob.text(), await blob.arrayBuffer()]
})
add('Response: text', 'text', ({ bytes }) => new Response(bytes).text())

for (const label of ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252', 'iso-8859-2', 'shift_jis', 'gb18030']) {
  for (const fatal of [false, true]) {
    for (const write of ['noise', 'text']) {
      add(`TextDecoder: ${label}${fatal ? ', fatal' : ''}, ${write}`, write, ({ bytes }) =>
        new TextDecoder(label, { fatal }).decode(bytes),
      )
    }
  }
}
add('TextDecoder: utf-8, stream', 'text', ({ bytes }) => new TextDecoder().decode(bytes, { stream: true }))
add('TextEncoder: encodeInto', 'noise', ({ bytes }) => new TextEncoder().encodeInto(TEXT, bytes))

for (const hash of ['md5', 'sha256', 'sha512', 'sha3-256']) {
  add(`crypto: createHash, hash, createHmac of ${hash}`, 'noise', ({ bytes }) => [
    crypto.createHash(hash).update(bytes).digest(),
    crypto.hash?.(hash, bytes),
    crypto.createHmac(hash, bytes.subarray(0, 200)).update(bytes).digest(),
  ])
}
for (const cipher of ['aes-256-cbc', 'aes-256-gcm', 'chacha20-poly1305']) {
  add(`crypto: createCipheriv ${cipher}`, 'noise', ({ bytes }) => {
    const options = cipher === 'aes-256-cbc' ? {} : { authTagLength: 16 }
    const made = crypto.createCipheriv(
      cipher,
      bytes.subarray(0, 32),
      bytes.subarray(50, cipher === 'aes-256-cbc' ? 66 : 62),
      options,
    )
    return [made.update(bytes), made.final()]
  })
}
add('crypto: sign and verify', 'noise', ({ bytes }) => [
  crypto.sign('sha256', bytes, keys.privateKey),
  crypto.verify('sha256', bytes, keys.publicKey, bytes.subarray(0, 70)),
])
add('crypto: createPrivateKey of PEM', 'pem', ({ bytes }) => crypto.createPrivateKey(onBuffer(bytes, PEM.length)))
add('crypto: createPublicKey of DER', 'der', ({ bytes }) =>
  crypto.createPublicKey({ key: onBuffer(bytes, DER.length), format: 'der', type: 'spki' }),
)
add('crypto: X509Certificate, createSecretKey, timingSafeEqual', 'noise', ({ bytes }) => {
  const isEqual = crypto.timingSafeEqual(bytes, bytes)
  crypto.createSecretKey(bytes.subarray(0, 32))
  return [isEqual, new crypto.X509Certificate(onBuffer(bytes, 900))]
})
add('crypto: randomFillSync, getRandomValues', 'noise', ({ bytes }) => [
  crypto.randomFillSync(bytes),
  crypto.getRandomValues(bytes.subarray(0, 65_536)),
])
add('crypto: randomFill', 'noise', ({ bytes }) => promised(crypto.randomFill)(bytes))
add('crypto: pbkdf2, hkdf, scrypt', 'noise', ({ bytes }) => [
  crypto.pbkdf2Sync(bytes.subarray(0, 900), bytes.subarray(0, 900), 3, 32, 'sha256'),
  crypto.hkdfSync('sha256', bytes.subarray(0, 900), bytes.subarray(0, 900), bytes.subarray(0, 900), 32),
  crypto.scryptSync(bytes.subarray(0, 900), bytes.subarray(0, 900), 32, { N: 16 }),
])
add('crypto: subtle.digest', 'noise', ({ bytes }) => crypto.subtle.digest('SHA-256', bytes))

const COMPRESSORS = ['deflate', 'deflateRaw', 'gzip', 'brotliCompress', 'zstdCompress'].filter((name) => name in zlib)
const DECOMPRESSORS = {
  inflate: 'deflated',
  gunzip: 'gzipped',
  unzip: 'gzipped',
  brotliDecompress: 'brotli',
  zstdDecompress: 'zstd',
}
for (const name of COMPRESSORS) {
  add(`zlib: ${name}Sync`, 'noise', ({ bytes }) => zlib[`${name}Sync`](bytes.subarray(0, 50_000)))
  add(`zlib: ${name}`, 'noise', ({ bytes }) => promised(zlib[name])(bytes.subarray(0, 50_000)))
}
for (const [name, write] of Object.entries(DECOMPRESSORS).filter(([name]) => name in zlib)) {
  const part = (bytes) => bytes.subarray(0, SEEDS[write].length)
  add(`zlib: ${name}Sync`, write, ({ bytes }) => zlib[`${name}Sync`](part(bytes), { maxOutputLength: 1e7 }))
  add(`zlib: ${name}`, write, ({ bytes }) => promised(zlib[name])(part(bytes), { maxOutputLength: 1e7 }))
}
add('zlib: deflateSync with a dictionary', 'noise', ({ bytes }) =>
  zlib.deflateSync(repeated, { dictionary: bytes.subarray(0, 30_000) }),
)
add('zlib: crc32', 'noise', ({ bytes }) => zlib.crc32?.(bytes))

add('fs: writeSync, writevSync, writeFileSync', 'noise', ({ bytes }) => {
  fs.writevSync(NULL, [bytes, bytes])
  return [fs.writeSync(NULL, bytes), fs.writeFileSync('/dev/null', bytes)]
})
add('fs: readSync, readvSync', 'noise', ({ bytes }) => [fs.readSync(ZERO, bytes), fs.readvSync(ZERO, [bytes, bytes])])
add('fs: promises.writeFile', 'noise', ({ bytes }) => fs.promises.writeFile('/dev/null', bytes))
add('fs: a path', 'noise', ({ bytes }) => fs.existsSync(onBuffer(bytes, 100)))
add('child_process: input', 'noise', ({ bytes }) => spawnSync('true', { input: bytes }))
add('MessageChannel: postMessage', 'noise', ({ bytes }) => {
  const { port1, port2 } = new MessageChannel()
  port1.postMessage(bytes)
  port2.close()
})

add('WebAssembly: validate, Module', 'wasm', ({ bytes }) => {
  const part = bytes.subarray(0, SEEDS.wasm.length)
  if (WebAssembly.validate(part)) return new WebAssembly.Instance(new WebAssembly.Module(part))
})
add('WebAssembly: compile, instantiate', 'wasm', async ({ bytes }) => {
  await WebAssembly.compile(bytes.subarray(0, SEEDS.wasm.length))
  return WebAssembly.instantiate(bytes.subarray(0, SEEDS.wasm.length))
})
add('v8: deserialize', 'serialized', ({ bytes }) => v8.deserialize(onBuffer(bytes, SEEDS.serialized.length)))
add('vm: Script with cachedData', 'code', ({ bytes }) => {
  new vm.Script(SOURCE, { cachedData: onBuffer(bytes, SEEDS.code.length) }).runInThisContext()
})
add('assert: deepStrictEqual', 'noise', ({ bytes }) =>
  assert.deepStrictEqual(bytes.subarray(0, 300), bytes.slice(0, 300)),
)

/** Begun on a view of an array that is closed before they are over. */
export const CLOSINGS = []
const closing = (name, call) => CLOSINGS.push({ name: `close() meanwhile: ${name}`, call })
for (const name of COMPRESSORS) closing(`zlib.${name}`, (bytes) => promised(zlib[name])(bytes))
for (const [name, write] of Object.entries(DECOMPRESSORS).filter(([name]) => name in zlib)) {
  closing(`zlib.${name}`, (bytes) => {
    bytes.set(SEEDS[write])
    return promised(zlib[name])(bytes.subarray(0, SEEDS[write].length))
  })
}
closing('zlib stream', (bytes) => {
  const stream = zlib.createDeflate()
  stream.resume()
  return new Promise((resolve, reject) => stream.on('end', resolve).on('error', reject).end(bytes))
})
closing('crypto.randomFill', (bytes) => promised(crypto.randomFill)(bytes))
closing('crypto.subtle.digest', (bytes) => crypto.subtle.digest('SHA-256', bytes))
closing('crypto.pbkdf2', (bytes) => promised(crypto.pbkdf2)(bytes, bytes, 5, 32, 'sha256'))
closing('crypto.scrypt', (bytes) => promised(crypto.scrypt)(bytes, bytes, 32, { N: 16 }))
closing('fs.write', (bytes) => promised(fs.write)(NULL, bytes))
closing('fs.writev', (bytes) => promised(fs.writev)(NULL, [bytes, bytes]))
closing('fs.read', (bytes) => promised(fs.read)(ZERO, bytes))
closing('fs.promises.writeFile', (bytes) => fs.promises.writeFile('/dev/null', bytes))
closing('Blob.text', (bytes) => new Blob([bytes]).text())
closing('Response.text', (bytes) => new Response(bytes).text())
closing('WebAssembly.compile', (bytes) => {
  bytes.set(SEEDS.wasm)
  return WebAssembly.compile(bytes.subarray(0, SEEDS.wasm.length))
})
