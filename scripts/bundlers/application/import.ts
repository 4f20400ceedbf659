import type { MmapArray } from 'mmap-array' with { 'resolution-mode': 'import' }

async function main(): Promise<void> {
  const { MmapArray } = await import('mmap-array')
  const array: MmapArray<'d'> = new MmapArray('d', [1.5])
  array.append(2.5)
  console.log(array.sum())
}

void main()
