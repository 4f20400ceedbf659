import { MmapArray } from 'mmap-array'

const array = new MmapArray('d', [1.5])
array.append(2.5)
console.log(array.sum())
