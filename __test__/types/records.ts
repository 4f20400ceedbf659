// What the compiler makes of the fields of a record: the element, what may be written, and the array itself.
import {
  MmapArray,
  type Complex,
  type Element,
  type ElementType,
  type FieldMap,
  type Handle,
  type RecordType,
} from '../../index.js'
import { exactly, use } from './exactly.js'

const trades = MmapArray.open('x', { time: 'q', price: 'd', gain: ['f', 3] })

exactly<{ time: bigint; price: number; gain: number[] }>()(trades.get(0))
exactly<{ time: bigint; price: number; gain: number[] } | undefined>()(trades.at(0))
exactly<{ time: bigint; price: number; gain: number[] } | undefined>()(trades[0])
exactly<MmapArray<{ time: 'q'; price: 'd'; gain: ['f', 3] }>>()(trades)
exactly<RecordType<{ time: 'q'; price: 'd'; gain: ['f', 3] }>>()(trades.typecode)

// The same type in its other forms

const list = new MmapArray([
  ['time', 'q'],
  ['price', Float64Array],
  ['gain', ['f', 3]],
])
exactly<MmapArray<{ time: 'q'; price: 'd'; gain: ['f', 3] }>>()(list)
const FIELDS = [
  ['time', 'q'],
  ['tag', 'c'],
] as const
exactly<{ time: bigint; tag: string }>()(MmapArray.openShm('name', FIELDS).pop())
const Point = MmapArray.recordType({ x: Float64Array, z: 'Zf' }, { align: true, itemsize: 32, offsets: [0, 16] })
exactly<RecordType<{ x: 'd'; z: 'Zf' }>>()(Point)
exactly<{ x: number; z: Complex }>()(MmapArray.fromFd(3, Point).get(0))
exactly<MmapArray<{ x: 'd'; z: 'Zf' }>>()(new MmapArray(Point).copy())
exactly<MmapArray<{ x: 'd'; z: 'Zf' }>>()(MmapArray.open('x', trades.typecode === undefined ? Point : Point))
exactly<MmapArray<{ x: 'd'; z: 'Zf' }>>()(MmapArray.attach(new MmapArray(Point).handle()))
exactly<Handle<{ x: 'd'; z: 'Zf' }>>()(new MmapArray(Point).handle())
exactly<MmapArray<{ x: 'd' }>>()(MmapArray.open<{ x: 'd' }>('x.npy'))

// Elements on the way in

trades.append({ time: 1, price: 2n, gain: [1, 2n, 3] })
trades.append({ time: 1n, price: 2, gain: Float32Array.of(1, 2, 3) })
trades.set(0, { time: 1n, price: 2, gain: [1, 2, 3] })
trades.set(0, trades.get(1))
trades.extend([{ time: 1n, price: 2, gain: [1, 2, 3] }])
trades.extend(list)
trades.setSlice(trades.slice(1), 0)
trades.fromlist(trades.tolist())
use(new MmapArray({ x: 'd', y: 'd' }, [{ x: 1, y: 2 }], { capacity: 9 }))
use(new MmapArray(Point, new ArrayBuffer(32)))
// @ts-expect-error a field is missing
trades.append({ time: 1n, price: 2 })
// @ts-expect-error no such field
trades.append({ time: 1n, price: 2, gain: [1, 2, 3], other: 1 })
// @ts-expect-error no number
trades.append({ time: '1', price: 2, gain: [1, 2, 3] })
// @ts-expect-error no list
trades.append({ time: 1n, price: 2, gain: 1 })
// @ts-expect-error no record
trades.append(1)
// @ts-expect-error a DataView does not say what it holds
trades.extend(trades.view)
// @ts-expect-error other fields
trades.extend(new MmapArray({ x: 'd' }))

// Single fields

exactly<bigint>()(trades.getField(0, 'time'))
exactly<number[]>()(trades.getField(-1, 'gain'))
trades.setField(0, 'price', 1)
trades.setField(0, 'gain', [1, 2, 3])
// @ts-expect-error no such field
trades.getField(0, 'other')
// @ts-expect-error another kind
trades.setField(0, 'price', 'x')
// @ts-expect-error no records
new MmapArray('i').getField(0, 'time')

// All elements

exactly<{ time: bigint; price: number; gain: number[] }[]>()(trades.tolist())
exactly<{ time: bigint; price: number; gain: number[] }[]>()(trades.slice(1))
exactly<DataView<ArrayBuffer>>()(trades.view)
exactly<DataView<ArrayBuffer>>()(trades.subarray(1))
exactly<never>()(trades.sum())
exactly<never>()(trades.min())
for (const { time, price } of trades) {
  exactly<bigint>()(time)
  exactly<number>()(price)
}

// Complex numbers

const spectrum = new MmapArray('Zd', [1, 2n, { re: 1, im: 2n }])
exactly<Complex>()(spectrum.get(0))
exactly<Complex[]>()(spectrum.slice())
exactly<never>()(spectrum.max())
spectrum.append(spectrum.get(0))
spectrum.extend(Float64Array.of(1, 2))
spectrum.setSlice([1], 0, 1)
// @ts-expect-error half of it
spectrum.append({ re: 1 })
// @ts-expect-error no number
spectrum.append('1')

// Types for programs

function total(array: MmapArray<{ price: 'd'; size: 'I' }>): number {
  let sum = 0
  for (const { price, size } of array) sum += price * size
  return sum
}
use(total(new MmapArray({ price: 'd', size: 'I' })))
class Trades extends MmapArray<{ price: 'd' }> {
  mean() {
    return this.sum({ field: 'price' }) / this.length
  }
}
exactly<number>()(new Trades({ price: 'd' }, [{ price: 1 }]).mean())
class Table<F extends FieldMap> extends MmapArray<F> {
  last() {
    return this.get(-1)
  }
}
exactly<{ price: number }>()(new Table<{ price: 'd' }>({ price: 'd' }, [{ price: 1 }]).last())
const anything: MmapArray<ElementType>[] = []
use(anything.length)
exactly<{ id: bigint; names: string[] }>()({} as Element<{ id: 'Q'; names: ['w', 8] }>)

// Fields that make no type

// @ts-expect-error no such typecode
use(new MmapArray({ x: 'D' }))
// @ts-expect-error no typecode
use(new MmapArray({ x: { y: 'd' } }))
// @ts-expect-error the count is a number
use(new MmapArray({ x: ['d', '3'] }))
// @ts-expect-error no such option
MmapArray.recordType({ x: 'd' }, { aligned: true })

// Names of types in fields

const named = new MmapArray({ time: 'int64', price: '<f8', gain: ['float32', 3], tag: 'ucs4' })
exactly<MmapArray<{ time: 'q'; price: 'd'; gain: ['f', 3]; tag: 'w' }>>()(named)
exactly<bigint>()(named.get(0).time)
exactly<number[]>()(named.get(0).gain)
exactly<Float32Array<ArrayBuffer>>()(named.column('gain'))
exactly<bigint>()(named.sum({ field: 'time' }))
exactly<MmapArray<{ time: 'q' }>>()(new MmapArray([['time', 'i64']]))
exactly<MmapArray<{ time: 'q' }>>()(new MmapArray(MmapArray.recordType({ time: '<i8' })))
named.append({ time: 1, price: 2, gain: [1, 2, 3], tag: 'a' })
// @ts-expect-error no such type
use(new MmapArray({ time: 'i4' }))
