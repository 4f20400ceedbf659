// What the compiler makes of the memory below typed arrays: an ArrayBuffer, or memory that threads share.
import { MmapArray, type View } from '../../index.js'
import { exactly, use } from './exactly.js'

const doubles = new MmapArray('d')
const halves = new MmapArray('e')
const trades = new MmapArray({ time: 'q', price: 'd' })

// Which memory

exactly<Float64Array<ArrayBuffer>>()(doubles.view)
exactly<Float64Array<SharedArrayBuffer>>()(doubles.sharedView)
exactly<Float64Array<ArrayBuffer>>()(doubles.subarray(1))
exactly<Float64Array<ArrayBuffer>>()(doubles.slice())
exactly<Float64Array<ArrayBuffer>>()(doubles.row(0))
exactly<Float64Array<ArrayBuffer>>()([...doubles.rows()][0]!)
exactly<Float64Array<ArrayBuffer>>()(doubles.ndarray().data)
for await (const part of doubles.follow()) exactly<Float64Array<ArrayBuffer>>()(part)
exactly<ArrayBuffer>()(doubles.view.buffer)
exactly<SharedArrayBuffer>()(doubles.sharedView.buffer)
exactly<Buffer<ArrayBuffer>>()(doubles.tobytes())
exactly<Float64Array<ArrayBuffer>>()(doubles.envelope(1).min)
exactly<Float64Array<ArrayBuffer>>()((await doubles.envelopeAsync(1)).max)
exactly<BigInt64Array<ArrayBuffer>>()(trades.envelope(1, { field: 'time' }).max)
exactly<BigInt64Array<ArrayBuffer>>()(trades.column('time'))
exactly<DataView<ArrayBuffer>>()(trades.view)
exactly<DataView<SharedArrayBuffer>>()(trades.sharedView)
exactly<View<'d', ArrayBuffer>>()(doubles.view)
exactly<View<'d', SharedArrayBuffer>>()(doubles.sharedView)
exactly<Float64Array>()({} as View<'d'>)

// Half floats, for which the library may have no Float16Array

exactly<Float16Array<ArrayBuffer> | Uint16Array<ArrayBuffer>>()(halves.view)
exactly<Float16Array<ArrayBuffer> | Uint16Array<ArrayBuffer>>()(halves.slice())
exactly<SharedArrayBuffer>()(halves.sharedView.buffer)

// Calls that take no shared memory

use(new Blob([doubles.view, doubles.slice(), trades.view, doubles.tobytes()]))
use(crypto.subtle.digest('SHA-256', doubles.view))
use(structuredClone(doubles.view, { transfer: [doubles.view.buffer] }))
// @ts-expect-error shared memory is no ArrayBuffer
const own: Float64Array<ArrayBuffer> = doubles.sharedView
// @ts-expect-error the buffer of a view is not shared
const shared: SharedArrayBuffer = doubles.view.buffer
use([own, shared])

// Calls of the array take any memory

doubles.extend(doubles.sharedView)
doubles.setSlice(doubles.sharedView)
use(doubles.searchsorted(doubles.sharedView))
halves.extend(halves.sharedView)
trades.setColumn('price', doubles.sharedView)
use(new MmapArray('d', doubles.sharedView))
