const { MmapArray } = require('mmap-array')

test('sum', () => {
  expect(new MmapArray('d', [1.5, 2.5]).sum()).toBe(4)
})
