// Sums, extremes, order and places.
import { type Complex, type Envelope, MmapArray } from '../../index.js'
import { exactly } from './exactly.js'

const int32s = new MmapArray('i', [1])
const int64s = new MmapArray('q', [1])
const doubles = new MmapArray('d', [1])
const text = new MmapArray('w', 'a')
const any: MmapArray = int32s

exactly<number>()(int32s.sum())
exactly<number>()(int32s.sum(1, -1))
exactly<bigint>()(int64s.sum(undefined, 5n))
exactly<bigint>()(int64s.min(1, Infinity))
exactly<number>()(int64s.count(5, 0, 3))
exactly<boolean>()(int64s.includes(5, 1))
// @ts-expect-error no integer
int32s.sum('1')
// @ts-expect-error one array at a time
int32s.concat([1], [2])
exactly<bigint>()(int64s.sum())
exactly<number>()(doubles.sum())
exactly<never>()(text.sum())
exactly<number | bigint | Complex>()(any.sum())
exactly<number>()(int32s.min())
exactly<bigint>()(int64s.max())
exactly<string>()(text.max())
exactly<MmapArray<'d'>>()(doubles.sort())

exactly<number>()(int32s.bisectLeft(1.5))
exactly<number>()(int64s.bisectRight(1, 0, Infinity))
exactly<number>()(doubles.bisectLeft(1n, 0n))
exactly<number>()(text.bisectLeft('a'))
exactly<Float64Array<ArrayBuffer>>()(int32s.searchsorted(Int32Array.of(1), 'right'))
exactly<Float64Array<ArrayBuffer>>()(int64s.searchsorted(int64s))

exactly<Envelope<'q'>>()(int64s.envelope(1, 0n, -1))
exactly<Promise<Envelope<'w'>>>()(text.envelopeAsync(1, undefined, 1, { signal: undefined }))
// @ts-expect-error how many
int32s.envelope()

exactly<Promise<MmapArray<'d'>>>()(doubles.sortAsync({ signal: AbortSignal.timeout(1) }))
exactly<Promise<Float64Array<ArrayBuffer>>>()(int32s.searchsortedAsync(int32s, 'left', {}))
exactly<Promise<void>>()(int32s.fromfileAsync('x', 1, { signal: undefined }))
exactly<Promise<void>>()(int32s.tofileAsync(new URL('file:///x')))
exactly<Promise<void>>()(int32s.flushAsync({ signal: new AbortController().signal }))
// @ts-expect-error a controller is no signal
int32s.sortAsync({ signal: new AbortController() })

// @ts-expect-error no number
int32s.bisectLeft('a')
// @ts-expect-error no character
text.bisectRight(1)
// @ts-expect-error another type
int32s.searchsorted(Float64Array.of(1))
// @ts-expect-error a plain array is no typed one
int32s.searchsorted([1])
// @ts-expect-error no such side
int32s.searchsorted(int32s, 'middle')
