// What the compiler makes of the option `shape`: how many axes the array has, if that is known.
import { MmapArray, type OpenOptions } from '../../index.js'
import { exactly, use } from './exactly.js'

const grid = new MmapArray('f', 6, { shape: [3, 2] })
declare const columns: number
declare const lengths: number[]

// With as many lengths as the option has

{
  const [rows, width] = grid.shape
  exactly<number>()(rows)
  exactly<number>()(width)
}
exactly<2>()(grid.shape.length)
exactly<3>()(MmapArray.open('file', 'd', { flags: 'w+', shape: [-1, columns, 3] }).shape.length)
exactly<2>()(MmapArray.openShm('name', Float32Array, { shape: [-1, 768] }).shape.length)
exactly<1>()(MmapArray.fromFd(3, { x: 'd' }, { shape: [5] }).shape.length)
exactly<2>()(MmapArray.open('file.npy', undefined, { shape: [-1, 768] }).shape.length)
const kept = { shape: [-1, 768] } as const
exactly<2>()(MmapArray.open('file', 'd', kept).shape.length)
exactly<2>()(grid.sort().shape.length)
exactly<Float32Array<ArrayBuffer>>()(grid.row(0))
exactly<number>()(grid.get(0, 1))

// Such an array is one like any other

const plain: MmapArray<'f'> = grid
exactly<number[]>()(plain.shape)
exactly<MmapArray<'f'>>()(grid.copy())
grid.extend(grid)
let later: MmapArray<'f'> = new MmapArray('f')
later = grid
use(later)

// Not known

exactly<number[]>()(new MmapArray('f').shape)
exactly<MmapArray<'f'>>()(new MmapArray('f'))
exactly<MmapArray<'f'>>()(new MmapArray('f', 6, { shape: lengths }))
exactly<MmapArray<'f'>>()(new MmapArray('f', 6, { shape: undefined }))
exactly<MmapArray>()(MmapArray.open('file.npy'))
const options: OpenOptions = { shape: [-1, 768] }
exactly<MmapArray<'d'>>()(MmapArray.open('file', 'd', options))

// Classes of users, and types that are given

class Matrix extends MmapArray<'f'> {
  width(): number | undefined {
    return this.shape[1]
  }
}
exactly<number | undefined>()(new Matrix('f', 6, { shape: [3, 2] }).width())
exactly<MmapArray<'f'>>()(new MmapArray<'f'>('f', 6, { shape: [3, 2] }))

// @ts-expect-error lengths are numbers
use(new MmapArray('f', 6, { shape: ['3', 2] }))
// @ts-expect-error a list
MmapArray.open('file', 'd', { shape: 768 })
// @ts-expect-error no such option
MmapArray.open('file', 'd', { shape: [-1, 768], columns: 5 })
