// Opens one file again and again.
import { MmapArray } from '../../index.js'
import { parameters, serve } from '../service.js'

const { path, opens, work } = parameters

const WORKS = {
  /** All of them stay open until the round is over, so that closing is not in its time. */
  'first element'() {
    let sum = 0
    for (let i = 0; i < opens; i++) {
      const array = MmapArray.open(path, 'i')
      sum += array.get(0)
      open.push(array)
    }
    return sum
  },
  'open and close'() {
    let sum = 0
    for (let i = 0; i < opens; i++) {
      const array = MmapArray.open(path, 'i')
      sum += array.length > 0 ? 1 : 0
      array.close()
    }
    return sum
  },
}

let open = []
serve({
  round: WORKS[work],
  after() {
    for (const array of open) array.close()
    open = []
  },
})
