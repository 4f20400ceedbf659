// Operations that make arrays and bytes of an array, that write and read whole files, and that open a large file.

const cTwice = (second) => `
  T *copy = shared(2 * n * sizeof(T));
  memcpy(copy, a, n * sizeof(T));
  memcpy(copy + n, ${second}, n * sizeof(T));
  return mapped(copy, 2 * n * sizeof(T));`
const cCopy = 'T *copy = fresh(n * sizeof(T)); memcpy(copy, a, n * sizeof(T)); return heap(copy, n * sizeof(T));'

/** Opens a file `n` times. All stay open until the round is over, so that its time does not include closing. */
const opening = (open, first) => `
  let sum = 0
  for (let i = 0; i < n; i++) {
    const array = ${open}
    sum += ${first}
    the.state.push(array)
  }
  return sum`
const pythonOpening = (open) => ({
  before: 'the.state = []',
  round: `
total = 0
for i in range(n):
  ${open}
  total += int(opened[0])
  the.state.append(opened)
return total`,
  after: 'the.state = []',
})

export const OPENING = {
  before: 'the.state = []',
  round: opening("the.MmapArray.open(the.file, 'i')", 'array.get(0)'),
  after: 'for (const array of the.state) array.close()',
}

export const COPIES = [
  {
    title: 'tobytes',
    takesMemory: true,
    goals: { C: 1.1 },
    MmapArray: 'return array.tobytes()',
    'typed array': 'return Buffer.copyBytesFrom(array)',
    'array, NumPy': 'return a.tobytes()',
    'np.memmap': null,
    C: cCopy,
  },
  {
    title: 'slice()',
    takesMemory: true,
    bySize: ['typed array', 'NumPy', 'array', 'C'],
    copies: 2,
    packages: 'all',
    goals: { C: 1.1 },
    'MmapArray, typed array, Array': 'return array.slice()',
    array: 'return a[:]',
    NumPy: 'return a.copy()',
    C: cCopy,
  },
  {
    title: 'slice(0, n, 2)',
    takesMemory: true,
    expected: ({ values }) => values.filter((_, index) => index % 2 === 0),
    MmapArray: 'return array.slice(0, n, 2)',
    'typed array': `
      const copy = new the.View(Math.ceil(n / 2))
      for (let i = 0, j = 0; i < n; i += 2) copy[j++] = array[i]
      return copy`,
    array: 'return a[::2]',
    NumPy: 'return a[::2].copy()',
    C: `
      size_t count = (n + 1) / 2;
      T *copy = fresh(count * sizeof(T));
      for (size_t i = 0; i < count; i++) copy[i] = a[2 * i];
      return heap(copy, count * sizeof(T));`,
  },
  {
    title: 'repeat(2)',
    takesMemory: true,
    expected: ({ values }) => twice(values),
    MmapArray: 'return array.repeat(2)',
    'typed array': 'const copy = the.make(2 * n); copy.set(array); copy.copyWithin(n, 0, n); return copy',
    array: 'return a * 2',
    NumPy: 'return the.np.tile(a, 2)',
    'np.memmap': null,
    C: cTwice('a'),
  },
  {
    title: 'concat, same type',
    takesMemory: true,
    uses: 'other',
    expected: ({ values }) => twice(values),
    'MmapArray, Array': 'return array.concat(the.other)',
    'typed array': 'const copy = the.make(2 * n); copy.set(array); copy.set(the.other, n); return copy',
    array: 'return a + the.other',
    NumPy: 'return the.np.concatenate((a, the.other))',
    'np.memmap': null,
    C: cTwice('the->other'),
  },
]

function twice(values) {
  const all = new values.constructor(2 * values.length)
  all.set(values)
  all.set(values, values.length)
  return all
}

export const FILES = [
  {
    title: 'tofile, a new file',
    takesMemory: true,
    writes: true,
    MmapArray: 'array.tofile(the.path)',
    'typed array': 'the.fs.writeFileSync(the.path, array)',
    array: "with open(the.path, 'wb') as file: a.tofile(file)",
    mmap_backed_array: null,
    NumPy: 'a.tofile(the.path)',
    C: `
      int file = open(the->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
      if (write(file, a, n * sizeof(T)) != (ssize_t)(n * sizeof(T))) exit(1);
      close(file);
      return number(0);`,
  },
  {
    title: 'fromfile to an empty one',
    takesMemory: true,
    reads: true,
    MmapArray: 'const grown = the.fresh(); grown.fromfile(the.path, n); return grown',
    'typed array':
      'const bytes = the.fs.readFileSync(the.path); return new the.View(bytes.buffer, bytes.byteOffset, n)',
    array: "grown = the.fresh()\nwith open(the.path, 'rb') as file: grown.fromfile(file, n)\nreturn grown",
    NumPy: 'return the.np.fromfile(the.path, a.dtype)',
    'np.memmap': null,
    C: `
      int file = open(the->path, O_RDONLY | O_CLOEXEC);
      char *bytes = shared(n * sizeof(T));
      if (read(file, bytes, n * sizeof(T)) != (ssize_t)(n * sizeof(T))) exit(1);
      close(file);
      return mapped(bytes, n * sizeof(T));`,
  },
  {
    title: 'open a file of 1 GiB, its first element',
    typecodes: ['i'],
    size: 'opens',
    file: '1 GiB',
    packages: 'all',
    goals: { MmapArray: { ratio: 0, plus: 15_000 } },
    expected: ({ n }) => n,
    MmapArray: OPENING,
    mapped: {
      before: 'the.state = []',
      round: opening('the.open(the.file)', 'array[0]'),
      after: 'for (const array of the.state) the.release(array); the.state = []; gc()',
    },
    'shm-typed-array': null,
    mmap_backed_array: pythonOpening(
      "with open(the.file, 'r+b') as file: opened = the.mmaparray('i', mmap=the.mmap.mmap(file.fileno(), 0))",
    ),
    'np.memmap': pythonOpening("opened = the.np.memmap(the.file, 'i4', 'r')"),
    C: {
      before: 'the->state = malloc(n * sizeof(void *));',
      round: `
        void **maps = the->state;
        double sum = 0;
        for (size_t i = 0; i < n; i++) {
          int file = open(the->file, O_RDONLY | O_CLOEXEC);
          struct stat info;
          fstat(file, &info);
          maps[i] = mmap(NULL, info.st_size, PROT_READ, MAP_SHARED, file, 0);
          close(file);
          sum += *(volatile int32_t *)maps[i];
        }
        return number(sum);`,
      after: `
        struct stat info;
        stat(the->file, &info);
        for (size_t i = 0; i < n; i++) munmap(((void **)the->state)[i], info.st_size);
        free(the->state);`,
    },
  },
]
