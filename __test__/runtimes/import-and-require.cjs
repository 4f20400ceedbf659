// Both ways to load the package, and one class behind them.
const assert = require('node:assert/strict')
const { MmapArray } = require('mmap-array')

assert.equal(new MmapArray('d', [1.5]).get(0), 1.5)
import('mmap-array').then((module) => assert.equal(module.MmapArray, MmapArray))
