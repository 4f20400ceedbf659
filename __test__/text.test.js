// The character types c, u and w: strings in and out, code points, and elements that are no characters.
import { describe, expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { expectError } from './support/errors.js'
import { useScope } from './support/scope.js'
import { STORAGES } from './support/storages.js'
import { TYPECODES, encode, ofKind, typecode } from './support/typecodes.js'

describe.each(STORAGES)('$name', ({ make, onDisk }) => {
  describe.each(ofKind('character'))('typecode $code', (type) => {
    const scope = useScope()
    const text = type.code === 'c' ? 'Grüße\0\n"\'\\ÿ' : 'Grüße\0\n"\'\\€😀語\u{10ffff}'

    test('fromunicode and tounicode', () => {
      const array = make(type, [], scope)
      expect(array.fromunicode(text)).toBe(undefined)
      expect(array.length).toBe([...text].length)
      expect(array.tounicode()).toBe(text)
      expect(array.tolist()).toEqual([...text])
      array.fromunicode('')
      array.fromunicode('abc')
      expect(array.tounicode()).toBe(`${text}abc`)
      array.close()
      if (onDisk) expect(onDisk(array)).toEqual(encode(type, [...`${text}abc`]))
    })

    test('a string is an iterable of characters everywhere else', () => {
      const array = make(type, [], scope)
      array.extend('abcd')
      array.setSlice('xyz', 1, 3)
      array.setSlice('12', 0, 2, 1)
      expect(array.tounicode()).toBe('12yzd')
      expect(scope.keep(array.concat('!')).tounicode()).toBe('12yzd!')
      array.insert(0, '>')
      array.append('<')
      expect(array.pop(1)).toBe('1')
      array.reverse()
      expect(array.tounicode()).toBe('<dzy2>')
    })

    test('long texts', () => {
      const long = text.repeat(5000)
      const array = make(type, [], scope)
      array.fromunicode(long)
      expect(array.tounicode() === long).toBe(true)
      expect(array.length).toBe([...text].length * 5000)
    })
  })
})

describe('fromunicode', () => {
  const scope = useScope()

  test.each(TYPECODES.filter(({ kind }) => kind !== 'character'))('is not for $code', (type) => {
    const array = scope.keep(new MmapArray(type.code, [type.zero]))
    expectError('ERR_TYPE_MISMATCH', () => array.fromunicode('a'))
    expectError('ERR_TYPE_MISMATCH', () => array.fromunicode(''))
    expectError('ERR_TYPE_MISMATCH', () => array.tounicode())
    expect(array.length).toBe(1)
  })

  test.each(['c', 'u', 'w'])('%s takes strings only', (code) => {
    const array = scope.keep(new MmapArray(code, 'a'))
    for (const text of [
      undefined,
      null,
      5,
      ['a'],
      Object('a'),
      Buffer.from('a'),
      { toString: () => 'a' },
      Symbol('a'),
    ]) {
      expectError('ERR_INVALID_ARG_TYPE', () => array.fromunicode(text))
    }
    expect(array.tounicode()).toBe('a')
  })

  test('c takes Latin-1 only', () => {
    const array = scope.keep(new MmapArray('c', 'a'))
    expectError('ERR_VALUE_OUT_OF_RANGE', () => array.fromunicode('b€'))
    expectError('ERR_VALUE_OUT_OF_RANGE', () => new MmapArray('c', 'b€'))
    expect(array.get(0)).toBe('a')
  })
})

describe.each(['u', 'w'])('elements of %s that are no characters', (code) => {
  const scope = useScope()
  const type = typecode(code)
  const broken = (bits = 0x110000) => {
    const array = scope.keep(new MmapArray(code, 'abc'))
    array.view[1] = bits
    return array
  }

  test.each([0x110000, 0x7fffffff, 0xffffffff])('%i: an error where it is read as a character', (bits) => {
    const array = broken(bits)
    const readers = {
      get: () => array.get(1),
      at: () => array.at(1),
      'arr[i]': () => array[1],
      iteration: () => [...array],
      values: () => [...array.values()],
      entries: () => [...array.entries()],
      tolist: () => array.tolist(),
      tounicode: () => array.tounicode(),
      toJSON: () => array.toJSON(),
      pop: () => array.pop(1),
    }
    for (const [name, read] of Object.entries(readers)) expectError('ERR_VALUE_OUT_OF_RANGE', read, name)
    expect(array.length).toBe(3)
    expect(array.get(0)).toBe('a')
    expect(array.get(2)).toBe('c')
  })

  test('toString shows it as U+FFFD', () => {
    expect(String(broken())).toBe(`MmapArray('${code}', 'a\ufffdc')`)
  })

  test('what reads no character works', () => {
    const array = broken()
    expect([...array.slice()]).toEqual([97, 0x110000, 99])
    expect([...array.view]).toEqual([97, 0x110000, 99])
    expect(array.tobytes().readUInt32LE(4)).toBe(0x110000)
    expect(array.index('c')).toBe(2)
    expect(array.count('a')).toBe(1)
    expect(array.includes('z')).toBe(false)
    expect(array.equals('abc'.split(''))).toBe(false)
    array.reverse()
    expect([...array.view]).toEqual([99, 0x110000, 97])
    array.deleteSlice(1, 2)
    expect(array.tounicode()).toBe('ca')
  })

  test('bytes bring them in, too', () => {
    const array = scope.keep(new MmapArray(code))
    array.frombytes(Uint32Array.of(0x110000, 97))
    expectError('ERR_VALUE_OUT_OF_RANGE', () => array.get(0))
    expect(array.get(1)).toBe('a')
  })

  test('a lone surrogate is one code point, two are one character only in a string', () => {
    const array = scope.keep(new MmapArray(code, ['\ud83d']))
    expect(array.length).toBe(1)
    expect(array.get(0)).toBe('\ud83d')
    expect([...array.view]).toEqual([0xd83d])
    array.append('\ude00')
    expect([...array.view]).toEqual([0xd83d, 0xde00])
    expect(array.tolist()).toEqual(['\ud83d', '\ude00'])
    expect(encode(type, ['😀'])).not.toEqual(array.tobytes())
  })
})
