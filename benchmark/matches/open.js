// A large file is opened as fast as a small one: nothing is read, and nothing is mapped page by page.
import { nodeContender } from '../contender.js'
import { duel } from '../duel.js'
import { atMost } from '../goals.js'

const ABOUT_ONE = atMost(1.25)

export function openMatches(context) {
  const { opens } = context.sizes
  const { small, large, huge } = context.files
  const files = { '1 MiB': small, '1 GiB': large, '16 GiB': huge }
  return ['open and close', 'first element'].map((work) =>
    duel(
      {
        title: work === 'first element' ? 'open, then the first element' : work,
        contenders: Object.fromEntries(
          Object.entries(files).map(([name, path]) => [name, nodeContender('open-file.js', { path, opens, work })]),
        ),
        answer: opens,
        operations: opens,
        comparisons: ['1 GiB', '16 GiB'].map((size) => ({
          name: `a file of ${size} / of 1 MiB`,
          ours: size,
          theirs: '1 MiB',
          goal: ABOUT_ONE,
        })),
      },
      context,
    ),
  )
}
