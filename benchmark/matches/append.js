// Appending to a reserved array, beside Array.prototype.push.
import { nodeContender } from '../contender.js'
import { duel } from '../duel.js'
import { atMost } from '../goals.js'

const GOAL = atMost(0.25)

export function appendMatches({ sizes }) {
  return ['i', 'd'].map((typecode) => {
    const contender = (subject) => nodeContender('append-loop.js', { typecode, elements: sizes.elements, subject })
    const subjects = ['MmapArray', 'MmapArray with capacity', 'Array']
    return duel(
      {
        title: `append, typecode '${typecode}'`,
        contenders: Object.fromEntries(subjects.map((subject) => [subject, contender(subject)])),
        answer: sizes.elements,
        operations: sizes.elements,
        comparisons: [
          { name: 'append from empty / push', ours: 'MmapArray', theirs: 'Array', goal: GOAL },
          { name: 'append, capacity given / push', ours: 'MmapArray with capacity', theirs: 'Array', goal: GOAL },
        ],
      },
      sizes,
    )
  })
}
