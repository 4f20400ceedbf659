// One element at a time, beside the plain loop over a plain typed array.
import { nodeContender } from '../contender.js'
import { duel } from '../duel.js'
import { SAME, atMost } from '../goals.js'
import { indexSum, sampleSum } from '../sample.js'

/** The goals of issue and README: what one access may cost, in accesses of a plain typed array. */
const ACCESS = atMost(3)
const ITERATION = atMost(1.5)

export function elementMatches({ sizes }) {
  return ['i', 'd'].flatMap((typecode) => elementMatchesOf(typecode, sizes))
}

function elementMatchesOf(typecode, sizes) {
  const { elements } = sizes
  const contender = (subject, loop) => nodeContender('element-loop.js', { typecode, elements, subject, loop })
  const match = (loop, contenders, comparisons) =>
    duel(
      {
        title: `${loop}, typecode '${typecode}'`,
        contenders,
        answer: loop === 'set' ? indexSum(elements) : sampleSum(elements),
        operations: elements,
        comparisons: comparisons.map((comparison) => ({ ours: 'MmapArray', ...comparison })),
      },
      sizes,
    )
  const beside = (name, loop, goal) =>
    match(loop, { MmapArray: contender('MmapArray', loop), 'typed array': contender('typed array', `plain ${loop}`) }, [
      { name, theirs: 'typed array', goal },
    ])
  return [
    match('view', { MmapArray: contender('view', 'plain get'), 'typed array': contender('typed array', 'plain get') }, [
      { name: 'view[i] / typed[i]', theirs: 'typed array', goal: SAME },
    ]),
    beside('get(i) / typed[i]', 'get', ACCESS),
    beside('at(i) / typed[i]', 'at', ACCESS),
    beside('set(i, v) / typed[i] = v', 'set', ACCESS),
    match(
      'iterate',
      {
        MmapArray: contender('MmapArray', 'iterate'),
        'typed array': contender('typed array', 'iterate'),
        Array: contender('Array', 'iterate'),
      },
      [
        { name: 'for of / typed array for of', theirs: 'typed array', goal: ITERATION },
        { name: 'for of / Array for of', theirs: 'Array', goal: ITERATION },
      ],
    ),
  ]
}
