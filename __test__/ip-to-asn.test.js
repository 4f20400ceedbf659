import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AsnTable } from '../examples/ip-to-asn/asn-table.js'
import { checkTable } from '../examples/ip-to-asn/check-table.js'
import { csvRecords } from '../examples/ip-to-asn/csv.js'
import { formatAddress, parseAddress } from '../examples/ip-to-asn/ip-address.js'
import { ipRanges } from '../examples/ip-to-asn/ip-ranges.js'
import { judge } from '../examples/ip-to-asn/judge.js'
import { sumOfMaps } from '../examples/ip-to-asn/memory.js'
import { PlainSearch } from '../examples/ip-to-asn/plain-search.js'
import { runReaders } from '../examples/ip-to-asn/run-readers.js'
import { buildFinishedTables, finishedTables } from '../examples/ip-to-asn/tables-directory.js'
import { textTable } from '../examples/ip-to-asn/text-table.js'

const SOURCE = { name: 'made-up', version: '1.0.0' }

/** Every shape a /24 can have: whole, empty, split among three, with gaps inside, at both ends of the address space. */
const RANGES = [
  ['0.0.0.0', '0.0.0.0', 10, 'The first address'],
  ['0.0.0.2', '0.0.1.255', 11, ''],
  ['0.0.2.0', '0.0.2.255', 12, 'One whole block'],
  ['1.0.0.0', '1.0.0.99', 13, 'Löwe, "Zoo"\nand Söhne'],
  ['1.0.0.100', '1.0.0.100', 14, 'One address'],
  ['1.0.0.101', '1.0.0.255', 13, 'A later name of 13'],
  ['1.0.1.10', '1.0.1.20', 15, 'A range with gaps around it'],
  ['1.0.1.30', '1.0.4.5', 11, 'The name of 11 that is not empty'],
  ['1.0.4.6', '1.0.4.6', 16, '日本'],
  ['9.0.0.0', '9.255.255.255', 17, 'A whole /8'],
  ['10.0.0.128', '10.0.1.127', 18, 'Two halves of blocks'],
  ['20.0.0.0', '20.0.9.255', 19, 'Overlapped by the next'],
  ['20.0.5.7', '20.0.12.3', 20, 'From its start on it decides'],
  ['20.0.12.3', '20.0.12.3', 21, 'Down to a single address'],
  ['30.0.0.0', '30.0.0.255', 22, 'Replaced: the next starts there too'],
  ['30.0.0.0', '30.0.0.9', 23, 'The later of two with the same start'],
  ['255.255.255.254', '255.255.255.255', 4294967295, 'The last address'],
].map(([start, end, network, name]) => ({ start: parseAddress(start), end: parseAddress(end), network, name }))

const CSV = RANGES.map(
  ({ start, end, network, name }) => `${start},${end},${network},"${name.replaceAll('"', '""')}"\n`,
).join('')

function bruteForce(address) {
  const range = RANGES.findLast(({ start }) => start <= address)
  return range !== undefined && address <= range.end ? range.network : 0
}

/** Every address of every block that a range starts or ends in, and of the blocks beside them. */
function* interestingAddresses() {
  const blocks = new Set()
  for (const { start, end } of RANGES) {
    for (const block of [start >>> 8, end >>> 8]) for (const each of [block - 1, block, block + 1]) blocks.add(each)
  }
  for (const block of blocks) {
    if (block < 0 || block >= 2 ** 24) continue
    for (let i = 0; i < 256; i++) yield block * 256 + i
  }
}

let data
beforeAll(() => {
  data = mkdtempSync(join(tmpdir(), 'ip-to-asn-'))
  buildFinishedTables(data, SOURCE, CSV)
})
afterAll(() => rmSync(data, { recursive: true, force: true }))

function withTable(body) {
  const table = AsnTable.open(finishedTables(data, SOURCE))
  try {
    return body(table)
  } finally {
    table.close()
  }
}

describe('the lookup', () => {
  test('agrees with brute force wherever a range starts or ends', () => {
    withTable((table) => {
      const wrong = []
      for (const address of interestingAddresses()) {
        if (table.networkOf(address) !== bruteForce(address)) wrong.push(formatAddress(address))
      }
      expect(wrong).toEqual([])
    })
  })

  test.each([
    ['0.0.0.0', 10],
    ['0.0.0.1', 0],
    ['1.0.0.99', 13],
    ['1.0.0.100', 14],
    ['1.0.0.101', 13],
    ['1.0.1.25', 0],
    ['9.99.9.9', 17],
    ['20.0.5.6', 19],
    ['20.0.5.7', 20],
    ['30.0.0.9', 23],
    ['30.0.0.10', 0],
    ['254.0.0.0', 0],
    ['255.255.255.253', 0],
    ['255.255.255.255', 4294967295],
  ])('%s is in network %i', (address, network) => {
    withTable((table) => expect(table.networkOf(parseAddress(address))).toBe(network))
  })

  test('finds names: the first that is not empty, or none', () => {
    withTable((table) => {
      expect(table.nameOf(11)).toBe('The name of 11 that is not empty')
      expect(table.nameOf(13)).toBe('Löwe, "Zoo"\nand Söhne')
      expect(table.nameOf(16)).toBe('日本')
      expect(table.nameOf(4294967295)).toBe('The last address')
      for (const unknown of [0, 9, 24, 4294967294]) expect(table.nameOf(unknown)).toBe('')
    })
  })

  test('works without any range', () => {
    const empty = mkdtempSync(join(tmpdir(), 'ip-to-asn-'))
    const table = AsnTable.open(buildFinishedTables(empty, SOURCE, ''))
    expect([0, 1, 2 ** 31, 2 ** 32 - 1].map((address) => table.networkOf(address))).toEqual([0, 0, 0, 0])
    expect(table.nameOf(1)).toBe('')
    table.close()
    rmSync(empty, { recursive: true })
  })

  test('the plain search agrees with brute force too', () => {
    const plain = new PlainSearch(CSV)
    for (const address of interestingAddresses()) {
      if (plain.networkOf(address) !== bruteForce(address)) expect.fail(formatAddress(address))
    }
    expect(plain.nameOf(11)).toBe('The name of 11 that is not empty')
  })
})

describe('the readers', () => {
  const wellKnown = ['0.0.0.0', '1.0.0.5', '1.0.4.6', '8.8.8.8', '255.255.255.255'].map(parseAddress)
  const LOOKUPS = 20_000

  test('threads, processes and Python agree with the judge, and each sees where it is wrong', async () => {
    const { answers, expected } = judge(CSV, wellKnown, LOOKUPS)
    const directory = finishedTables(data, SOURCE)
    const table = AsnTable.open(directory)
    const right = await runReaders(table, directory, wellKnown, expected)
    const names = right.reports.map(({ name }) => name)
    expect(names.slice(0, 8).filter((name) => /^(worker thread|child process) [1-4]$/.test(name))).toHaveLength(8)
    expect(names[8]).toBe(right.isPythonMissing ? undefined : 'python3')
    for (const report of right.reports) {
      expect(report).toMatchObject({ lookups: LOOKUPS, disagreements: 0, firstDisagreement: null, answers })
    }

    // The anonymous array is shared, so one wrong answer in it is seen by every reader.
    expected.set(12_345, 4242)
    const wrong = await runReaders(table, directory, wellKnown, expected)
    for (const report of [...wrong.reports, checkTable(table, wellKnown, expected.view)]) {
      expect(report).toMatchObject({ disagreements: 1, firstDisagreement: expect.stringContaining('AS4242') })
    }
    table.close()
    expected.close()
  }, 60_000)
})

describe('the tables directory', () => {
  test('only a whole build of this source counts as finished', () => {
    const directory = mkdtempSync(join(tmpdir(), 'ip-to-asn-'))
    expect(finishedTables(directory, SOURCE)).toBe(null)
    expect(finishedTables(join(directory, 'missing'), SOURCE)).toBe(null)

    const tables = buildFinishedTables(directory, SOURCE, CSV)
    expect(finishedTables(directory, SOURCE)).toBe(tables)
    expect(finishedTables(directory, { ...SOURCE, version: '1.0.1' })).toBe(null)

    truncateSync(join(tables, 'range-ends.u32'), 8)
    expect(finishedTables(directory, SOURCE)).toBe(null)
    buildFinishedTables(directory, SOURCE, CSV)
    expect(finishedTables(directory, SOURCE)).toBe(tables)

    rmSync(join(tables, 'tables.json'))
    expect(finishedTables(directory, SOURCE)).toBe(null)
    rmSync(directory, { recursive: true })
  })

  test('what a killed build left is removed, what a living one builds is not', () => {
    const directory = mkdtempSync(join(tmpdir(), 'ip-to-asn-'))
    const abandoned = join(directory, 'building-4194305') // beyond the kernel's largest process id
    const living = join(directory, `building-${process.ppid}`)
    for (const each of [abandoned, living]) mkdirSync(each)
    writeFileSync(join(abandoned, 'blocks.u32'), 'half of it')
    buildFinishedTables(directory, SOURCE, CSV)
    expect([abandoned, living].map((each) => existsSync(each))).toEqual([false, true])
    rmSync(directory, { recursive: true })
  })

  test('a source that cannot be read leaves neither tables nor rubbish', () => {
    const directory = mkdtempSync(join(tmpdir(), 'ip-to-asn-'))
    expect(() => buildFinishedTables(directory, SOURCE, '5,9,1,a\n1,2,1,b\n')).toThrow('record 2')
    expect(finishedTables(directory, SOURCE)).toBe(null)
    expect(existsSync(join(directory, `building-${process.pid}`))).toBe(false)
    rmSync(directory, { recursive: true })
  })

  test('progress goes from 0 to 1', () => {
    const directory = mkdtempSync(join(tmpdir(), 'ip-to-asn-'))
    const fractions = []
    buildFinishedTables(directory, SOURCE, CSV, (fraction) => fractions.push(fraction))
    expect(fractions).toEqual([...fractions].sort((left, right) => left - right))
    expect(fractions[0]).toBeGreaterThanOrEqual(0)
    expect(fractions.at(-1)).toBe(1)
    rmSync(directory, { recursive: true })
  })

  test('the files are what the README says: bare arrays', () => {
    const tables = finishedTables(data, SOURCE)
    const starts = new Uint32Array(new Uint8Array(readFileSync(join(tables, 'range-starts.u32'))).buffer)
    expect(starts.length).toBe(RANGES.length - 1) // of two with the same start one is left
    expect([starts[0], starts.at(-1)]).toEqual([0, 0xfffffffe])
    const names = readFileSync(join(tables, 'names.utf8'), 'utf8')
    expect(names.startsWith('The first addressThe name of 11 that is not emptyOne whole block')).toBe(true)
  })
})

describe('the CSV', () => {
  test.each([
    [
      'plain fields',
      'a,b\nc,d\n',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    [
      'no line end at the end',
      'a,b\nc,d',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    [
      'CRLF',
      'a,b\r\n"c",d\r\n',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    ['empty lines', '\na,b\n\r\n\n', [['a', 'b']]],
    [
      'empty fields',
      'a,,\n,"",x\n',
      [
        ['a', '', ''],
        ['', '', 'x'],
      ],
    ],
    ['a comma in quotes', '1,"Cloudflare, Inc."\n', [['1', 'Cloudflare, Inc.']]],
    ['a comma before the closing quote', '1,"ISP s.r.o.,"\n', [['1', 'ISP s.r.o.,']]],
    [
      'doubled quotes',
      '1,"LLC ""SPUTNIK"""\n2,""""\n',
      [
        ['1', 'LLC "SPUTNIK"'],
        ['2', '"'],
      ],
    ],
    [
      'a line end in quotes',
      '1,"two\nlines"\n2,b\n',
      [
        ['1', 'two\nlines'],
        ['2', 'b'],
      ],
    ],
    ['a quoted field at the very end', '1,"b"', [['1', 'b']]],
    ['an empty last field at the very end', '"1",', [['1', '']]],
    ['nothing', '', []],
  ])('%s', (_, text, records) => {
    expect([...csvRecords(text)].map(({ fields }) => fields)).toEqual(records)
  })

  test('the position is where the record ends', () => {
    const text = '1,"a\nb"\n2,c\n"3",d'
    expect([...csvRecords(text)].map(({ position }) => text.slice(0, position))).toEqual([
      '1,"a\nb"\n',
      '1,"a\nb"\n2,c\n',
      text,
    ])
  })

  test('a quote that never ends is an error', () => {
    expect(() => [...csvRecords('1,"abc\n2,d\n')]).toThrow(SyntaxError)
  })

  test.each([
    ['x,2,3,a', 'record 1'],
    ['1,4294967296,3,a', '4294967296'],
    ['1,2', 'Received undefined'],
    ['1,-2,3,a', 'Received -2'],
    ['9,8,3,a', 'before its start 9'],
    ['5,9,1,a\n4,4,1,b', 'record 2'],
  ])('%j is no list of ranges', (text, message) => {
    expect(() => [...ipRanges(text)]).toThrow(message)
  })

  test('a missing name is empty', () => {
    expect([...ipRanges('1,2,3\n3,4,5,')].map(({ name }) => name)).toEqual(['', ''])
  })
})

describe('the output', () => {
  test('columns are aligned, long cells cut', () => {
    const lines = textTable(
      ['name', '>size'],
      [
        ['a', 1],
        ['a long name', 1000],
      ],
      { widest: 6 },
    )
    expect(lines).toEqual(['  name    size', '  a          1', '  a lon…  1000'])
  })

  test('only the maps of the tables are added up', () => {
    const smaps = [
      '7f0000000000-7f0000001000 rw-p 00000000 fe:00 12   /data/tables/blocks.u32',
      'Rss:                  64 kB',
      'Pss:                  16 kB',
      'Pss_Dirty:             4 kB',
      '7f0000002000-7f0000003000 rw-p 00000000 00:00 0 ',
      'Rss:                 100 kB',
      'Pss:                 100 kB',
      '7f0000004000-7f0000005000 r--s 00000000 fe:00 13   /data/tables/names.utf8',
      'Rss:                   8 kB',
      'Pss:                   2 kB',
      'VmFlags: rd mr',
    ].join('\n')
    expect(sumOfMaps(smaps, '/data/tables/')).toEqual({ rss: 72 * 1024, pss: 18 * 1024 })
  })
})
