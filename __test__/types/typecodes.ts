// What the compiler makes of a typecode: the array's, its elements' and its view's type.
import { MmapArray, type Complex, type Element, type Typecode, type View } from '../../index.js'
import { exactly, use } from './exactly.js'

// A letter

exactly<MmapArray<'i'>>()(new MmapArray('i'))
exactly<MmapArray<'B'>>()(new MmapArray('B', [1, 2]))
exactly<MmapArray<'q'>>()(MmapArray.open('file', 'q'))
exactly<'d'>()(new MmapArray('d').typecode)

// @ts-expect-error no such letter
use(new MmapArray('x'))
// @ts-expect-error nor two of them
use(new MmapArray('ii'))
// @ts-expect-error it cannot be left out
use(new MmapArray())
// @ts-expect-error nor here: an object in memory is no file
MmapArray.openShm('name')

// A name

exactly<MmapArray<'d'>>()(new MmapArray('float64'))
exactly<MmapArray<'d'>>()(MmapArray.open('file', '<f8'))
exactly<MmapArray<'b'>>()(MmapArray.openShm('name', 'i8'))
exactly<MmapArray<'q'>>()(MmapArray.fromFd(3, '<i8'))
exactly<MmapArray<'Q'>>()(new MmapArray('BigUint64Array', [1n]))
exactly<MmapArray<'Zd'>>()(new MmapArray('complex128'))
exactly<bigint>()(new MmapArray('int64').get(0))
exactly<'d'>()(new MmapArray('f64').typecode)
// @ts-expect-error bits or bytes
use(new MmapArray('f8'))
// @ts-expect-error big-endian
use(new MmapArray('>f8'))

// A constructor

exactly<MmapArray<'b'>>()(new MmapArray(Int8Array))
exactly<MmapArray<'B'>>()(new MmapArray(Uint8Array))
exactly<MmapArray<'h'>>()(new MmapArray(Int16Array))
exactly<MmapArray<'H'>>()(new MmapArray(Uint16Array))
exactly<MmapArray<'i'>>()(new MmapArray(Int32Array))
exactly<MmapArray<'I'>>()(new MmapArray(Uint32Array))
exactly<MmapArray<'q'>>()(new MmapArray(BigInt64Array))
exactly<MmapArray<'Q'>>()(new MmapArray(BigUint64Array))
exactly<MmapArray<'e'>>()(new MmapArray(Float16Array))
exactly<MmapArray<'f'>>()(new MmapArray(Float32Array))
exactly<MmapArray<'d'>>()(new MmapArray(Float64Array))
exactly<MmapArray<'d'>>()(MmapArray.open('file', Float64Array))
exactly<MmapArray<'Q'>>()(MmapArray.openShm('name', BigUint64Array))
exactly<MmapArray<'h'>>()(MmapArray.fromFd(3, Int16Array))
exactly<MmapArray<'f'>>()(MmapArray.attach(new MmapArray(Float32Array).handle()))
exactly<bigint>()(MmapArray.attach(new MmapArray(BigInt64Array).handle()).get(0))
// @ts-expect-error its elements are bigints
use(MmapArray.openShm('name', BigInt64Array).get(0).toFixed())
// @ts-expect-error no constructor of an array type that there is here
MmapArray.fromFd(3, Uint8ClampedArray)

// @ts-expect-error clamps where an array throws
use(new MmapArray(Uint8ClampedArray))
// @ts-expect-error a Buffer holds bytes of any meaning
use(new MmapArray(Buffer))
// @ts-expect-error no elements
use(new MmapArray(DataView))
// @ts-expect-error elements of any type
use(new MmapArray(Array))

// A letter that is only known when it runs

declare const letter: Typecode
declare const integer: 'i' | 'q'
exactly<MmapArray>()(new MmapArray(letter))
exactly<number | bigint | string | Complex>()(new MmapArray(letter).get(0))
exactly<number | bigint>()(new MmapArray(integer).get(0))
exactly<Int32Array<ArrayBuffer> | BigInt64Array<ArrayBuffer>>()(new MmapArray(integer).view)

// Elements on the way out

exactly<number>()(new MmapArray('i').get(0))
exactly<bigint>()(new MmapArray('q').get(0))
exactly<bigint>()(new MmapArray('L').pop())
exactly<string>()(new MmapArray('c').get(0))
exactly<number | undefined>()(new MmapArray('e').at(0))
exactly<bigint | undefined>()(new MmapArray('Q')[0])
exactly<string[]>()(new MmapArray('w').tolist())
exactly<[bigint, number]>()(new MmapArray('i').bufferInfo())

for (const value of new MmapArray('l')) exactly<bigint>()(value)
for (const [index, value] of new MmapArray('u').entries()) {
  exactly<number>()(index)
  exactly<string>()(value)
}
exactly<string[]>()([...new MmapArray('c')])
exactly<number>()(Math.max(...new MmapArray('f')))

type Out = { [C in Typecode]: Element<C> }
declare const out: Out
exactly<{
  b: number
  B: number
  h: number
  H: number
  i: number
  I: number
  l: bigint
  L: bigint
  q: bigint
  Q: bigint
  e: number
  f: number
  d: number
  c: string
  u: string
  w: string
  Zf: Complex
  Zd: Complex
}>()({ ...out })

// Views

exactly<Int8Array<ArrayBuffer>>()(new MmapArray('b').view)
exactly<Uint8Array<ArrayBuffer>>()(new MmapArray('c').view)
exactly<Int16Array<ArrayBuffer>>()(new MmapArray('h').slice(1))
exactly<Uint16Array<ArrayBuffer>>()(new MmapArray('H').subarray(1))
exactly<Int32Array<ArrayBuffer>>()(new MmapArray('i').view)
exactly<Uint32Array<ArrayBuffer>>()(new MmapArray('w').view)
exactly<BigInt64Array<ArrayBuffer>>()(new MmapArray('l').view)
exactly<BigUint64Array<ArrayBuffer>>()(new MmapArray('Q').view)
exactly<Float32Array<ArrayBuffer>>()(new MmapArray('f').view)
exactly<Float64Array<ArrayBuffer>>()(new MmapArray('d').view)
exactly<Float32Array<ArrayBuffer>>()(new MmapArray('Zf').view)
exactly<Float64Array<ArrayBuffer>>()(new MmapArray('Zd').subarray(1))
exactly<Float16Array<ArrayBuffer> | Uint16Array<ArrayBuffer>>()(new MmapArray('e').view)
exactly<View<'i', ArrayBuffer>>()(new MmapArray(Int32Array).view)
exactly<ArrayBuffer>()(new MmapArray('i').buffer)

// Arrays of one type and of any

const any: MmapArray = new MmapArray('i')
exactly<Typecode>()(any.typecode)
exactly<boolean>()(new MmapArray('i').equals(any))
exactly<number>()(new MmapArray('i').compare([1, 2]))
// @ts-expect-error another type
const other: MmapArray<'i'> = new MmapArray('d')
// @ts-expect-error the array of an unknown type may be of another
const one: MmapArray<'i'> = any
exactly<MmapArray<'d'>>()(other as unknown as MmapArray<'d'>)
exactly<MmapArray<'i'>>()(one)

// What computes in place gives the array itself, what computes a new one a plain MmapArray

class Scores extends MmapArray<'i'> {
  best() {
    return Math.max(...this)
  }
}
exactly<number>()(new Scores('i', [1]).reverse().byteswap().fill(0).best())
exactly<MmapArray<'i'>>()(new Scores('i').copy())
// @ts-expect-error its type is settled
use(new Scores('d'))
exactly<boolean>()(new MmapArray('i') instanceof MmapArray)
