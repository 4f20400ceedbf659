// The same bytes in C: a small program, compiled here, reads and writes the file through its own mmap and write.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { describeWith } from './support/processes.js'
import { useScope } from './support/scope.js'
import { STORAGES } from './support/storages.js'
import { TYPECODES, elements, encode, typecode } from './support/typecodes.js'

const SOURCE = `#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wchar.h>

/* program FILE sizes                 the size of every C type
   program FILE sum                   the sum of the file's int32s, by mmap
   program FILE add N                 adds N to each int32, in place, by mmap
   program FILE append N              appends the doubles 0.5, 1.5, ... by write(2)
   program FILE checksum              adds up all bytes, by mmap */
int main(int count, char **words) {
  if (count < 3) return 2;
  const char *verb = words[2];
  if (!strcmp(verb, "sizes")) {
    printf("b%zu B%zu h%zu H%zu i%zu I%zu l%zu L%zu q%zu Q%zu e2 f%zu d%zu c%zu u%zu w4\\n", sizeof(signed char),
           sizeof(unsigned char), sizeof(short), sizeof(unsigned short), sizeof(int), sizeof(unsigned int), sizeof(long),
           sizeof(unsigned long), sizeof(long long), sizeof(unsigned long long), sizeof(float), sizeof(double),
           sizeof(char), sizeof(wchar_t));
    return 0;
  }
  if (!strcmp(verb, "append")) {
    int file = open(words[1], O_WRONLY | O_APPEND);
    if (file < 0) return perror("open"), 1;
    for (long n = 0; n < atol(words[3]); n++) {
      double value = n + 0.5;
      if (write(file, &value, sizeof value) != sizeof value) return perror("write"), 1;
    }
    return 0;
  }
  int file = open(words[1], O_RDWR);
  struct stat status;
  if (file < 0 || fstat(file, &status)) return perror("open"), 1;
  unsigned char *bytes = mmap(NULL, status.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (bytes == MAP_FAILED) return perror("mmap"), 1;
  int32_t *numbers = (int32_t *)bytes;
  size_t length = status.st_size / sizeof *numbers;
  if (!strcmp(verb, "sum")) {
    long long sum = 0;
    for (size_t n = 0; n < length; n++) sum += numbers[n];
    printf("%lld %zu\\n", sum, length);
  } else if (!strcmp(verb, "add")) {
    for (size_t n = 0; n < length; n++) numbers[n] += atoi(words[3]);
  } else {
    unsigned long long sum = 0;
    for (off_t n = 0; n < status.st_size; n++) sum += bytes[n] * (unsigned long long)(n + 1);
    printf("%llu %lld\\n", sum, (long long)status.st_size);
  }
  return 0;
}
`

describeWith('gcc', ['--version'], 'C', () => {
  const scope = useScope()
  let directory
  let program
  beforeAll(() => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), 'mmap-array-c-'))
    program = path.join(directory, 'program')
    fs.writeFileSync(`${program}.c`, SOURCE)
    const { status, stderr } = spawnSync('gcc', ['-O1', '-Wall', '-o', program, `${program}.c`], { encoding: 'utf8' })
    expect(stderr).toBe('')
    expect(status).toBe(0)
  })
  afterAll(() => fs.rmSync(directory, { recursive: true, force: true }))

  const c = (...words) => {
    const { status, signal, stdout, stderr } = spawnSync(program, words, { encoding: 'utf8', timeout: 30000 })
    expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: '' })
    return stdout.trim()
  }
  const i = typecode('i')

  test('types are as wide here as there', () => {
    expect(c('-', 'sizes')).toBe(TYPECODES.map(({ code, itemsize }) => `${code}${itemsize}`).join(' '))
  })

  test('C reads what is written here, while it is open here', () => {
    const array = scope.keep(MmapArray.open(scope.path(), 'i', { flags: 'w+' }))
    array.extend([1, -2, 3])
    array.append(1000000)
    expect(c(array.path, 'sum')).toBe('1000002 4')
    array.view[0] = 5
    expect(c(array.path, 'sum')).toBe('1000006 4')
    array.pop()
    expect(c(array.path, 'sum')).toBe('6 3')
  })

  test('C writes in place, and every view here shows it', () => {
    const array = scope.keep(MmapArray.open(scope.file(encode(i, elements(i, 1000))), 'i', { flags: 'r+' }))
    const reader = scope.keep(MmapArray.open(array.path, 'i'))
    const { view } = array
    expect(reader.get(999)).toBe(999)
    c(array.path, 'add', '1000')
    expect(view[0]).toBe(1000)
    expect(array.get(999)).toBe(1999)
    expect(reader.get(999)).toBe(1999)
    expect(array.tolist()).toEqual(Array.from({ length: 1000 }, (_, n) => n + 1000))
  })

  test('C appends, refresh takes it over, and appends from here follow', () => {
    const array = scope.keep(MmapArray.open(scope.path(), 'd', { flags: 'w+' }))
    array.append(-1)
    c(array.path, 'append', '3')
    expect(array.length).toBe(1)
    expect(array.refresh()).toBe(4)
    expect(array.tolist()).toEqual([-1, 0.5, 1.5, 2.5])
    c(array.path, 'append', '2')
    array.append(-2)
    expect(array.tolist()).toEqual([-1, 0.5, 1.5, 2.5, 0.5, 1.5, -2])
  })

  test('an anonymous array through /proc', () => {
    const array = scope.keep(new MmapArray('i', [1, 2, 3], { capacity: 500 }))
    const file = `/proc/${process.pid}/fd/${array.fd}`
    expect(c(file, 'sum')).toBe('6 3')
    c(file, 'add', '10')
    expect(array.tolist()).toEqual([11, 12, 13])
  })

  test.each(TYPECODES)('every byte of $code', (type) => {
    const items = [...type.samples, ...elements(type, 50)]
    const bytes = encode(type, items)
    let sum = 0n
    bytes.forEach((byte, n) => (sum += BigInt(byte) * BigInt(n + 1)))
    for (const { make, name } of STORAGES) {
      const array = make(type, items, scope)
      const file = name.includes('header') || array.format === 'npy' ? null : `/proc/${process.pid}/fd/${array.fd}`
      if (file) expect(c(file, 'checksum'), name).toBe(`${sum} ${bytes.length}`)
    }
  })
})
