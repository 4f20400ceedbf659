// A large file is opened as fast as a small one: nothing is read, and nothing is mapped page by page.
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { nodeContender } from '../contender.js'
import { duel } from '../duel.js'
import { atMost } from '../goals.js'

const ABOUT_ONE = atMost(1.25)

export function openMatches({ sizes, scratch }) {
  const { opens, smallFile, largeFile } = sizes
  const files = { '1 MiB': sparseFile(scratch, 'small', smallFile), '1 GiB': sparseFile(scratch, 'large', largeFile) }
  return ['open and close', 'first element'].map((work) =>
    duel(
      {
        title: work === 'first element' ? 'open, then the first element' : work,
        contenders: Object.fromEntries(
          Object.entries(files).map(([name, path]) => [name, nodeContender('open-file.js', { path, opens, work })]),
        ),
        answer: opens,
        operations: opens,
        comparisons: [{ name: 'a file of 1 GiB / of 1 MiB', ours: '1 GiB', theirs: '1 MiB', goal: ABOUT_ONE }],
      },
      sizes,
    ),
  )
}

/** A file whose first element is 1 and the rest a hole. */
function sparseFile(scratch, name, bytes) {
  const path = join(scratch, name)
  const fd = openSync(path, 'w')
  writeSync(fd, new Uint8Array(Int32Array.of(1).buffer))
  ftruncateSync(fd, bytes)
  closeSync(fd)
  return path
}
