// What the compiler makes of `is`: an array of an unknown type becomes one of a known type.
import { MmapArray, type ElementType, type FieldMap, type TypeArgument, type Typecode } from '../../index.js'
import { exactly, use } from './exactly.js'

const Point = MmapArray.recordType({ x: 'd', y: 'd' })
declare const array: MmapArray
declare const anything: MmapArray<ElementType>
declare const records: MmapArray<FieldMap>
declare const either: MmapArray<'f'> | MmapArray<'q'>
declare const doubles: MmapArray<'d'>

// In every form of a type

if (array.is('f')) exactly<MmapArray<'f'>>()(array)
if (array.is('float32')) exactly<MmapArray<'f'>>()(array)
if (array.is('<f4')) exactly<MmapArray<'f'>>()(array)
if (array.is(Float32Array)) exactly<MmapArray<'f'>>()(array)
if (anything.is('Zd')) exactly<MmapArray<'Zd'>>()(anything)
if (anything.is({ x: 'd', y: Float64Array })) exactly<MmapArray<{ x: 'd'; y: 'd' }>>()(anything)
if (anything.is([['time', 'int64']])) exactly<MmapArray<{ time: 'q' }>>()(anything)
if (anything.is(Point)) exactly<MmapArray<{ x: 'd'; y: 'd' }>>()(anything)
if (records.is(Point)) exactly<number>()(records.get(0).x)
if (array.is('q')) exactly<BigInt64Array<ArrayBuffer>>()(array.view)

// In the other branch

if (array.is('f')) use(array)
else exactly<MmapArray>()(array)
if (either.is('f')) exactly<MmapArray<'f'>>()(either)
else exactly<MmapArray<'q'>>()(either)

function sum(any: MmapArray): number {
  if (!any.is('d')) throw new Error(`not an array of ${any.typecode}`)
  exactly<MmapArray<'d'>>()(any)
  return any.sum()
}
use(sum(array))

// A type that is only known at run time tells nothing

declare const letter: Typecode
declare const name: TypeArgument
if (array.is(letter)) exactly<MmapArray>()(array)
else exactly<MmapArray>()(array)
exactly<boolean>()(array.is(name))
if (!doubles.is(letter)) exactly<MmapArray<'d'>>()(doubles)
exactly<boolean>()(array.is(doubles.typecode))

// Arrays of a class of a user

class Scores extends MmapArray<Typecode> {
  best(): unknown {
    return this.max()
  }
}
declare const scores: Scores
if (scores.is('i')) {
  exactly<Int32Array<ArrayBuffer>>()(scores.view)
  use(scores.best())
}

// @ts-expect-error no such type
array.is('f8')
// @ts-expect-error nor a field
array.is({ x: 'f8' })
// @ts-expect-error it cannot be left out
array.is()
