// What the compiler makes of columns, and of calls with { field }.
import { MmapArray, type ElementType, type Envelope, type FieldMap } from '../../index.js'
import { exactly, use } from './exactly.js'

const trades = new MmapArray({ time: 'q', price: Float64Array, size: 'I', tag: 'w', gain: ['f', 3], phase: 'Zd' })

// Columns

exactly<BigInt64Array<ArrayBuffer>>()(trades.column('time'))
exactly<Float64Array<ArrayBuffer>>()(trades.column('price', 1, -1))
exactly<Uint32Array<ArrayBuffer>>()(trades.column('tag'))
exactly<Float32Array<ArrayBuffer>>()(trades.column('gain'))
exactly<Float64Array<ArrayBuffer>>()(trades.column('phase'))
trades.setColumn('time', trades.column('time'))
trades.setColumn('time', [1, 2n], -2)
trades.setColumn('time', new MmapArray('q'))
trades.setColumn('tag', 'abc')
trades.setColumn('gain', [[1, 2, 3]])
trades.setColumn('gain', Float32Array.of(1, 2, 3))
trades.setColumn('phase', [1, { re: 1, im: 2 }])
// @ts-expect-error no such field
trades.column('other')
// @ts-expect-error another kind of typed array
trades.setColumn('time', Float64Array.of(1))
// @ts-expect-error no numbers
trades.setColumn('price', ['1'])
// @ts-expect-error no lists
trades.setColumn('gain', [1, 2, 3])
// @ts-expect-error no records
new MmapArray('i').column('time')

// Numbers of a field

exactly<bigint>()(trades.sum({ field: 'time' }))
exactly<number>()(trades.sum({ field: 'price' }))
exactly<bigint>()(trades.sum(1, { field: 'time' }))
exactly<bigint>()(trades.sum(undefined, -1, { field: 'time' }))
exactly<number>()(trades.max(0, 5n, { field: 'price' }))
exactly<number>()(trades.count('a', 0, 5, { field: 'tag' }))
exactly<boolean>()(trades.includes('a', { field: 'tag' }))
exactly<{ re: number; im: number }>()({ ...trades.sum({ field: 'phase' }) })
exactly<bigint>()(trades.min({ field: 'time' }))
exactly<number>()(trades.max({ field: 'size' }))
exactly<number>()(trades.count('a', { field: 'tag' }))
exactly<number>()(trades.index(5, { field: 'time' }))
exactly<number>()(trades.index(5, 1, { field: 'time' }))
exactly<number>()(trades.index(5, 1, 9n, { field: 'time' }))
exactly<number>()(trades.bisectLeft(5, { field: 'time' }))
exactly<number>()(trades.bisectRight(5n, 0, 3, { field: 'price' }))
exactly<Float64Array<ArrayBuffer>>()(trades.searchsorted(BigInt64Array.of(5n), { field: 'time' }))
exactly<Float64Array<ArrayBuffer>>()(trades.searchsorted(new MmapArray('d'), 'right', { field: 'price' }))
exactly<Envelope<'q'>>()(trades.envelope(3, { field: 'time' }))
exactly<Envelope<'d'>>()(trades.envelope(3, 1, -1, { field: 'price' }))
exactly<typeof trades>()(trades.sort({ field: 'time' }))
exactly<Promise<typeof trades>>()(trades.sortAsync({ field: 'time', signal: AbortSignal.timeout(9) }))
exactly<Promise<Envelope<'I'>>>()(trades.envelopeAsync(3, { field: 'size', signal: AbortSignal.timeout(9) }))
exactly<Promise<Float64Array<ArrayBuffer>>>()(trades.searchsortedAsync(Uint32Array.of(5), undefined, { field: 'size' }))

// @ts-expect-error no such field
trades.sum({ field: 'other' })
// @ts-expect-error characters have no sum
trades.sum({ field: 'tag' })
// @ts-expect-error several numbers
trades.min({ field: 'gain' })
// @ts-expect-error complex numbers have no order
trades.sort({ field: 'phase' })
// @ts-expect-error complex numbers are not searched for
trades.count(1, { field: 'phase' })
// @ts-expect-error no such option
trades.sort({ fields: 'time' })
// @ts-expect-error needles of another type
trades.searchsorted(Float64Array.of(5), { field: 'time' })
// @ts-expect-error no records
new MmapArray('i').sum({ field: 'x' })
// @ts-expect-error no records
new MmapArray('i').sort({ field: 'x' })

// Without a field

exactly<number>()(new MmapArray('i').sum())
exactly<{ re: number; im: number }>()({ ...new MmapArray('Zf').sum() })
exactly<never>()(trades.sum())

// Records of any type

function largest(array: MmapArray<FieldMap>, field: string): unknown {
  return array.max({ field })
}
use(largest)
function keep(array: MmapArray<ElementType>): number {
  return array.length
}
use(keep(trades) + keep(new MmapArray('i')))
