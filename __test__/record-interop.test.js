// Records that C and Python share: structs, packed and aligned, compiled here, and Python's struct. Both read and write the file while it
// is open here, and append under the lock that docs/durability.md describes.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { describeWith } from './support/processes.js'
import { describePython, python } from './support/python.js'
import { useScope } from './support/scope.js'

/** The order of the fields makes the aligned struct longer than the packed one. */
const FIELDS = { side: 'c', time: 'q', price: 'd', sizes: ['I', 3] }
const packed = MmapArray.recordType(FIELDS)
const aligned = MmapArray.recordType(FIELDS, { align: true })

const record = (n) => ({
  side: n % 2 ? 'b' : 's',
  time: 10n ** 18n + BigInt(n),
  price: n + 0.25,
  sizes: [n, 2 * n, 2 ** 32 - 1 - n],
})
const records = (...numbers) => numbers.map(record)

const SOURCE = `#define _GNU_SOURCE
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct LAYOUT trade {
  char side;
  int64_t time;
  double price;
  uint32_t sizes[3];
};

static void lock_appends(int file, int kind) {
  struct flock lock = {.l_type = kind, .l_whence = SEEK_SET, .l_start = (off_t)1 << 62, .l_len = 1};
  if (fcntl(file, F_OFD_SETLKW, &lock)) perror("fcntl"), exit(1);
}

/* program layout            the size of the struct and the offsets of its fields
   program read FILE         each record, by mmap
   program double FILE       doubles each price, in place, by mmap
   program append FILE N...  appends records, under the lock */
int main(int count, char **words) {
  if (!strcmp(words[1], "layout")) {
    printf("%zu %zu %zu %zu %zu", sizeof(struct trade), offsetof(struct trade, side), offsetof(struct trade, time),
           offsetof(struct trade, price), offsetof(struct trade, sizes));
    return 0;
  }
  int file = open(words[2], O_RDWR | O_APPEND);
  struct stat status;
  if (file < 0 || fstat(file, &status)) return perror("open"), 1;
  if (!strcmp(words[1], "append")) {
    for (int at = 3; at < count; at++) {
      long n = atol(words[at]);
      struct trade trade = {n % 2 ? 'b' : 's', 1000000000000000000 + n, n + 0.25, {n, 2 * n, UINT32_MAX - n}};
      lock_appends(file, F_WRLCK);
      if (fstat(file, &status)) return perror("fstat"), 1;
      if (ftruncate(file, status.st_size - status.st_size % sizeof trade)) return perror("ftruncate"), 1;
      if (write(file, &trade, sizeof trade) != sizeof trade) return perror("write"), 1;
      lock_appends(file, F_UNLCK);
    }
    return 0;
  }
  struct trade *trades = mmap(NULL, status.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (trades == MAP_FAILED) return perror("mmap"), 1;
  for (size_t n = 0; n < status.st_size / sizeof *trades; n++) {
    struct trade *trade = trades + n;
    if (!strcmp(words[1], "double")) trade->price *= 2;
    else
      printf("%c %lld %g %u %u %u\\n", trade->side, (long long)trade->time, trade->price, trade->sizes[0], trade->sizes[1],
             trade->sizes[2]);
  }
  return 0;
}
`

/** As the programs print them. */
const lines = (array) => array.tolist().map(({ side, time, price, sizes }) => [side, time, price, ...sizes].join(' '))

describeWith('gcc', ['--version'], 'records and structs of C', () => {
  const scope = useScope()
  let directory
  beforeAll(() => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), 'mmap-array-records-'))
    fs.writeFileSync(path.join(directory, 'trades.c'), SOURCE)
    for (const [name, layout] of [
      ['packed', '-DLAYOUT=__attribute__((packed))'],
      ['aligned', '-DLAYOUT='],
    ]) {
      const { status, stderr } = spawnSync('gcc', ['-O1', '-Wall', layout, '-o', name, 'trades.c'], {
        cwd: directory,
        encoding: 'utf8',
      })
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    }
  })
  afterAll(() => fs.rmSync(directory, { recursive: true, force: true }))

  const types = [
    ['packed', packed, 29],
    ['aligned', aligned, 40],
  ]

  test.each(types)('%s: C and JavaScript share each record', (name, type, itemsize) => {
    const c = (...words) => {
      const { status, signal, stdout, stderr } = spawnSync(path.join(directory, name), words, {
        encoding: 'utf8',
        timeout: 30000,
      })
      expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: '' })
      return stdout.trim().split('\n')
    }
    const offsets = type.fields.map(({ offset }) => offset)
    expect(c('layout')).toEqual([[type.itemsize, ...offsets].join(' ')])
    expect(type.itemsize).toBe(itemsize)
    const array = scope.keep(MmapArray.open(scope.path(), type, { flags: 'w+' }))
    array.extend(records(1, 2, 3))
    expect(c('read', array.path)).toEqual(lines(array))
    c('append', array.path, '4', '5')
    array.append(record(6))
    expect(array.tolist()).toEqual(records(1, 2, 3, 4, 5, 6))
    c('double', array.path)
    expect(array.get(5)).toEqual({ ...record(6), price: 12.5 })
    array.set(0, record(7))
    array.reverse()
    expect(c('read', array.path)).toEqual(lines(array))
    // What a killed program leaves, each side removes.
    fs.appendFileSync(array.path, Buffer.alloc(itemsize - 1))
    array.append(record(8))
    fs.appendFileSync(array.path, Buffer.alloc(itemsize - 1))
    c('append', array.path, '9')
    array.refresh()
    expect([array.length, array.slice(-2)]).toEqual([8, records(8, 9)])
  })
})

const PYTHON = `
import fcntl, json, os, struct, sys
path, layout, numbers = sys.argv[1], sys.argv[2], [int(word) for word in sys.argv[3:]]
RECORD = struct.Struct(layout)
file = os.open(path, os.O_RDWR | os.O_APPEND)

def lock_appends(kind):
    fcntl.fcntl(file, fcntl.F_OFD_SETLKW, struct.pack('hhqqi4x', kind, os.SEEK_SET, 2**62, 1, 0))

for n in numbers:
    lock_appends(fcntl.F_WRLCK)
    size = os.fstat(file).st_size
    if size % RECORD.size: os.ftruncate(file, size - size % RECORD.size)
    os.write(file, RECORD.pack(b'sb'[n % 2:n % 2 + 1], 10**18 + n, n + 0.25, n, 2 * n, 2**32 - 1 - n))
    lock_appends(fcntl.F_UNLCK)
with open(path, 'rb') as whole:
    for side, *numbers in RECORD.iter_unpack(whole.read()):
        print(side.decode(), *(f'{number:g}' if isinstance(number, float) else number for number in numbers))
`

describePython("records and Python's struct", () => {
  const scope = useScope()
  test.each([
    ['packed', packed, '<cqd3I'],
    ['aligned', aligned, '@cqd3I0q'],
  ])('%s: Python and JavaScript share each record', (_, type, layout) => {
    const array = scope.keep(MmapArray.open(scope.path(), type, { flags: 'w+' }))
    array.extend(records(1, 2))
    fs.appendFileSync(array.path, Buffer.alloc(7))
    const printed = python(PYTHON, array.path, layout, '3', '4')
    expect(array.refresh()).toBe(4)
    expect(array.tolist()).toEqual(records(1, 2, 3, 4))
    expect(printed.trim().split('\n')).toEqual(lines(array))
    array.append(record(5))
    expect(python(PYTHON, array.path, layout).trim().split('\n')).toEqual(lines(array))
  })
})
