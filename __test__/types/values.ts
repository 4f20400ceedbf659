// What may be written: single elements, sources of many, initializers.
import { type Appender, type AppenderOptions, MmapArray, type NdarrayParts, type View } from '../../index.js'
import { exactly, use } from './exactly.js'

const bytes = new MmapArray('B')
const int32s = new MmapArray('i')
const int64s = new MmapArray('q')
const doubles = new MmapArray('d')
const halves = new MmapArray('e')
const text = new MmapArray('w')

// Elements: for numbers either kind of number, for characters strings

int32s.append(1)
int32s.append(1n)
int64s.append(1)
int64s.append(1n)
int64s.set(0, Number.MAX_SAFE_INTEGER)
doubles.insert(0, 1n)
doubles.insert(-1n, 1.5)
text.append('a')
int64s.fill(0).fill(0n, 1, Infinity)
int32s.remove(1n)
int32s[0] = 1
int64s[0] = 1n
text[0] = 'a'

// @ts-expect-error no character
int32s.append('1')
// @ts-expect-error no number
text.append(1)
// @ts-expect-error nothing is not 0
int32s.append(undefined)
// @ts-expect-error nor is null
int64s.append(null)
// @ts-expect-error a boolean is no number here
bytes.append(true)
// @ts-expect-error the compiler cannot tell writing from reading here: use set
int64s[0] = 1
// @ts-expect-error no number
text.fill(0)
// @ts-expect-error an index is a number
int32s.set('0', 1)
// @ts-expect-error a single element has no far index to be moved
int32s.get(0n)

// Sources: the same type, or any iterable of elements

int32s.extend([1, 2n])
int32s.extend(new Set([1]))
int32s.extend(int32s)
int32s.extend(int32s.values())
int32s.extend(Int32Array.of(1))
int32s.setSlice(int32s.subarray(1), 0, 1)
int64s.extend([1, 2n])
int64s.extend(BigInt64Array.of(1n))
text.extend('abc')
text.extend(Uint32Array.of(97))
text.extend(['a', 'b'])
bytes.extend(Buffer.from([1]))
halves.extend(Float16Array.of(1))
halves.extend(Uint16Array.of(0x3c00))
int32s.concat(
  (function* () {
    yield 1
  })(),
)
int32s.frombytes(Float64Array.of(1))
int32s.frombytes(new SharedArrayBuffer(4))
int32s.fromlist([1, 2n])
text.fromlist(['a'])

// @ts-expect-error another type, which Python refuses as well
int32s.extend(doubles)
// @ts-expect-error another kind
int32s.extend(Float64Array.of(1))
// @ts-expect-error bytes are no elements: frombytes takes them
int32s.extend(Buffer.from([1]))
// @ts-expect-error another kind
doubles.setSlice(Float32Array.of(1))
// @ts-expect-error the letters differ, as in Python
int64s.concat(new MmapArray('l'))
// @ts-expect-error no elements of this type
int32s.extend(['a'])
// @ts-expect-error one element is no source
int32s.extend(1)
// @ts-expect-error numbers are no characters
text.extend([1])
// @ts-expect-error a real Array only
int32s.fromlist(new Set([1]))
// @ts-expect-error a string holds no bytes
int32s.frombytes('abcd')

// Initializers: arrays of other types too, element by element

use(new MmapArray('i', doubles))
use(new MmapArray('i', Float64Array.of(1)))
use(new MmapArray('I', Buffer.from([1])))
use(new MmapArray('q', int32s))
use(new MmapArray(Float32Array, [1, 2n]))
use(new MmapArray('B', new ArrayBuffer(4), { capacity: 100 }))
use(new MmapArray('B', new SharedArrayBuffer(4)))
use(new MmapArray('B', undefined, { capacity: undefined }))
use(new MmapArray('w', 'text'))
use(new MmapArray('c', text))

// @ts-expect-error characters are no numbers
use(new MmapArray('i', 'text'))
// @ts-expect-error nor in an array
use(new MmapArray('i', text))
// @ts-expect-error numbers are no characters
use(new MmapArray('w', bytes))
// @ts-expect-error not given is undefined
use(new MmapArray('i', null))
// @ts-expect-error no such option
use(new MmapArray('i', [], { length: 5 }))
// @ts-expect-error checked for constructors too
use(new MmapArray(Int32Array, ['a']))

// A length as the initializer

exactly<number>()(new MmapArray('d', 10).get(0))
exactly<string>()(new MmapArray('w', 10, { capacity: 20 }).get(0))
use(new MmapArray({ x: 'd' }, 3))
// @ts-expect-error no bigint
use(new MmapArray('d', 10n))

// Several dimensions.
const grid = new MmapArray('f', [[1, 2], Float32Array.of(3, 4)], { shape: [-1, 2] })
exactly<'f'>()(grid.typecode)
exactly<number>()(grid.get(0, 1))
exactly<void>()(grid.set(0, 1, 2n))
exactly<View<'f', ArrayBuffer>>()(grid.row(0))
exactly<IterableIterator<View<'f', ArrayBuffer>>>()(grid.rows(0, 1n))
exactly<NdarrayParts<'f'>>()(grid.ndarray())
exactly<'C' | 'F'>()(grid.order)
grid.append([5, 6])
grid.append(new Set([5, 6]))
grid.extend([[5, 6], grid.row(0)])
// @ts-expect-error another kind of typed array
grid.append(Float64Array.of(1, 2))
// @ts-expect-error no number
grid.set(0, 1, '2')
// @ts-expect-error no coordinate
grid.get(0, '1')
// @ts-expect-error no lengths
MmapArray.open('a.npy', 'f', { shape: 2 })

// Appenders

const appender: Appender<'d'> = doubles.appender({ capacity: 10, interval: 0, sync: true } satisfies AppenderOptions)
exactly<MmapArray<'d'>>()(appender.array)
exactly<Promise<void>>()(appender.flush())
appender.append(1)
appender.append(1n)
appender.extend(doubles)
appender.extend([1, 2n])
text.appender().append('a')
new MmapArray({ x: 'd', n: 'q' }).appender().append({ x: 1, n: 2n })
// @ts-expect-error characters are no numbers
appender.append('a')
// @ts-expect-error another type
appender.extend(int32s)
// @ts-expect-error no such field
new MmapArray({ x: 'd' }).appender().append({ y: 1 })
// @ts-expect-error no such option
doubles.appender({ size: 1 })

// An array of one of two types, as a function may take.
declare const either: MmapArray<'f'> | MmapArray<'d'>
declare const real: MmapArray<'f'> | MmapArray<'q'>
exactly<number>()(either.get(0, 1))
either.append(1)
either.append([1, 2])
either.extend([1, 2])
either.set(0, 1)
either.set(0, 1, 2)
real.set(0, 1)
real.append(1)
