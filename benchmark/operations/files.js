// Whole arrays to files and back, and a large file that is only looked into.
import { atMostTime } from '../goals.js'

export const FILES = [
  {
    name: 'tofile',
    title: 'tofile, a new file',
    takesMemory: true,
    writes: true,
    rehearsals: 100,
    expected: ({ values }) => values,
    js: {
      MmapArray: 'array.tofile(the.path)',
      'typed array': 'the.fs.writeFileSync(the.path, array)',
      mapped: null,
    },
    python: {
      array: "with open(the.path, 'wb') as file: a.tofile(file)",
      mmap_backed_array: null,
      numpy: 'a.tofile(the.path)',
    },
    c: {
      C: `
        int file = open(the->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
        for (size_t done = 0; done < n * sizeof(T);) {
          ssize_t wrote = write(file, (char *)a + done, n * sizeof(T) - done);
          if (wrote <= 0) exit(1);
          done += wrote;
        }
        close(file);
        return number(0);`,
    },
  },
  {
    name: 'fromfile',
    title: 'fromfile to an empty one',
    takesMemory: true,
    reads: true,
    rehearsals: 100,
    expected: ({ values }) => values,
    js: {
      MmapArray: 'const grown = the.fresh(); grown.fromfile(the.path, n); return grown',
      'typed array': `
        const bytes = the.fs.readFileSync(the.path)
        return new the.View(bytes.buffer, bytes.byteOffset, n)`,
      mapped: null,
    },
    python: {
      array: "grown = the.fresh()\nwith open(the.path, 'rb') as file: grown.fromfile(file, n)\nreturn grown",
      'np.memmap': null,
      numpy: 'return the.np.fromfile(the.path, a.dtype)',
    },
    c: {
      C: `
        int file = open(the->path, O_RDONLY | O_CLOEXEC);
        char *bytes = shared(n * sizeof(T));
        for (size_t done = 0; done < n * sizeof(T);) {
          ssize_t got = read(file, bytes + done, n * sizeof(T) - done);
          if (got <= 0) exit(1);
          done += got;
        }
        close(file);
        return mapped(bytes, n * sizeof(T));`,
    },
  },
  {
    // None of them is closed in its time.
    name: 'open',
    title: 'open a file of 1 GiB, its first element',
    typecodes: ['i'],
    size: 'opens',
    file: 'large',
    everyPackage: true,
    rehearsals: 20,
    goals: { ours: atMostTime(15_000) },
    expected: ({ n }) => n,
    js: {
      MmapArray: {
        before: 'the.state = []',
        round: `
          let sum = 0
          for (let i = 0; i < n; i++) {
            const array = the.MmapArray.open(the.file, 'i')
            sum += array.get(0)
            the.state.push(array)
          }
          return sum`,
        after: 'for (const array of the.state) array.close()',
      },
      mapped: {
        before: 'the.state = []',
        round: `
          let sum = 0
          for (let i = 0; i < n; i++) {
            const array = the.open(the.file)
            sum += array[0]
            the.state.push(array)
          }
          return sum`,
        after: 'for (const array of the.state) the.release(array); the.state = []; gc()',
      },
      'shm-typed-array': null,
    },
    python: {
      mmap_backed_array: {
        before: 'the.state = []',
        round: `
total = 0
for i in range(n):
  with open(the.file, 'r+b') as file:
    opened = the.mmaparray('i', mmap=the.mmap.mmap(file.fileno(), 0))
  total += opened[0]
  the.state.append(opened)
return total`,
        after: 'the.state = []',
      },
      'np.memmap': {
        before: 'the.state = []',
        round: `
total = 0
for i in range(n):
  opened = the.np.memmap(the.file, 'i4', 'r')
  total += int(opened[0])
  the.state.append(opened)
return total`,
        after: 'the.state = []',
      },
    },
    c: {
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
  },
]
