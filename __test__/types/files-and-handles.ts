// Options, handles, and what later versions will bring.
import { open, type FileHandle } from 'node:fs/promises'
import { MmapArray, type Handle, type OpenOptions } from '../../index.js'
import { exactly, use } from './exactly.js'

const array = new MmapArray('I')

MmapArray.open(new URL('file:///tmp/a'), 'i', { flags: 'a+', mode: 0o600, offset: 8, length: 2, capacity: 9 })
MmapArray.open(Buffer.from('/tmp/a'), 'i', { advice: 'populate', format: 'raw', flags: undefined })
exactly<string | null>()(MmapArray.open('file', 'i').path)
const options: OpenOptions = { flags: 'c' }
MmapArray.open('file', 'i', options)

// @ts-expect-error no such flags
MmapArray.open('file', 'i', { flags: 'rw' })
// @ts-expect-error no such option
MmapArray.open('file', 'i', { readonly: true })
exactly<MmapArray<'i'>>()(MmapArray.open('file.npy', 'i', { format: 'npy' }))
exactly<MmapArray>()(MmapArray.open('file.npy'))
exactly<MmapArray<'d'>>()(MmapArray.open<'d'>('file.npy', undefined, { flags: 'r+' }))
exactly<'raw' | 'npy'>()(array.format)
exactly<number[]>()(array.shape)
// @ts-expect-error no such format
MmapArray.open('file.npy', 'i', { format: 'csv' })
// @ts-expect-error an open descriptor is no path
MmapArray.open(3, 'i')

// Handles

exactly<Handle<'I'>>()(array.handle())
exactly<MmapArray<'I'>>()(MmapArray.attach(array.handle()))
const sent: { table: Handle<'I'> } = { table: array.handle() }
exactly<MmapArray<'I'>>()(MmapArray.attach(sent.table, { flags: 'r' }))
declare const received: Handle
exactly<MmapArray>()(MmapArray.attach(received))
exactly<MmapArray<'q'>>()(MmapArray.attach<'q'>(JSON.parse('{}')))

// @ts-expect-error the array itself cannot be posted
MmapArray.attach('handle')
// @ts-expect-error nor is it its own handle
MmapArray.attach(array)
// @ts-expect-error to create is nothing for those who attach
MmapArray.attach(array.handle(), { flags: 'w+' })

// Storage

const file: FileHandle = await open('file')
array.fromfile(file, 3)
array.fromfile(3, 3)
array.tofile(new URL('file:///tmp/a'))
exactly<Promise<void>>()(array.flushAsync())
exactly<number>()(array.refresh())
array.advise('dontneed', 0, -1)
{
  using scoped = new MmapArray('i', [1])
  scoped.append(2)
}

// @ts-expect-error how many, cannot be left out
array.fromfile('file')
// @ts-expect-error no such advice
array.advise('free')
// @ts-expect-error only reserve makes room
array.capacity = 100
// @ts-expect-error only calls change the length
array.length = 0
// @ts-expect-error a view is always the same memory
array.view = new Uint32Array(1)

// Sharing

const shared: SharedArrayBuffer = array.sharedBuffer
const sharedWords: Uint32Array = new MmapArray('I').sharedView
use(shared)
use(sharedWords)
const held: Promise<number> = array.withLock(() => 5)
const slept: 'ok' | 'not-equal' | 'timed-out' = new MmapArray('i').wait(0, 1, 10)
use(held)
use(slept)
use(MmapArray.openShm('name', 'q').get(0) === 5n)
const doubles: Float64Array = MmapArray.fromFd(3, Float64Array).view
use(doubles)
// @ts-expect-error misspelt
array.lock({ share: true })
// @ts-expect-error a name is text
MmapArray.unlinkShm(5)

// Versions of a file

exactly<Promise<number>>()(MmapArray.replace('file', 'i', async (next) => next.length))
exactly<Promise<void>>()(MmapArray.replace('file', 'i', (next) => exactly<MmapArray<'i'>>()(next)))
use(
  MmapArray.replace('file', { x: 'd' }, (next) => next.append({ x: 1 }), { mode: 0o600, signal: AbortSignal.abort() }),
)
// @ts-expect-error the callback is missing
MmapArray.replace('file', 'i', { mode: 0o600 })
// @ts-expect-error the file is always a new one
MmapArray.replace('file', 'i', () => {}, { flags: 'r+' })
// @ts-expect-error the type is not in a file that is not there yet
MmapArray.replace('file.npy', undefined, () => {})
for await (const version of MmapArray.versions('file', 'i', { flags: 'r+', persistent: false })) {
  exactly<MmapArray<'i'>>()(version)
  exactly<MmapArray<'i'>>()(version.reopen())
  exactly<boolean>()(version.isReplaced)
}
for await (const version of MmapArray.versions('file.npy')) exactly<MmapArray>()(version)
// @ts-expect-error no version is made
MmapArray.versions('file', 'i', { flags: 'w+' })

// Following

for await (const part of new MmapArray('d').follow({ from: 'end', batch: 10, signal: AbortSignal.abort() })) {
  exactly<Float64Array<ArrayBuffer>>()(part)
}
for await (const part of new MmapArray({ time: 'q' }).follow({ from: -1, truncated: 'restart', replaced: 'reopen' })) {
  const times: bigint[] = part.map(({ time }) => time)
  use(times)
}
exactly<boolean>()(array.isReserved)
// @ts-expect-error no such place
array.follow({ from: 'begin' })
// @ts-expect-error no such choice
array.follow({ replaced: 'throw' })
