export { MmapArray } from './lib/mmap-array.js'
