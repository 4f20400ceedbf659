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
// @ts-expect-error a later version
MmapArray.open('file.npy', 'i', { format: 'npy' })
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

// Not there yet; a line that begins to compile is a member to declare and to describe

// @ts-expect-error
use(array.lock)
// @ts-expect-error
use(array.wait)
// @ts-expect-error
use(array.notify)
// @ts-expect-error
use(array.sort)
// @ts-expect-error
use(array.sharedView)
// @ts-expect-error
use(MmapArray.openShm)
// @ts-expect-error
use(MmapArray.fromFd)
