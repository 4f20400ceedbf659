// What the record of a run is made of: for an operation and type, ours beside each peer's.
import { OPERATIONS } from '../operations.js'

/** No peer: what the machine could do. */
export const BOUND = 'C'

/** More than noise. */
export const isLost = ({ ratio }) => ratio > 1.05

/** A row for each operation and type: { title, typecode, ours, cells }, `cells` by peer. */
export function tableOf({ rows }) {
  const table = new Map()
  for (const { operation, typecode, against, measured, met, goal } of rows) {
    if (operation === undefined || against === undefined) continue
    const key = `${operation} ${typecode}`
    const { title } = OPERATIONS.find(({ name }) => name === operation)
    if (!table.has(key)) table.set(key, { title, typecode, ours: measured.ours, cells: {} })
    table.get(key).cells[against] = { ...measured, met, goal }
  }
  return [...table.values()]
}

/** The peer that does best in a row, the bound aside: { peer, ...measured }; undefined where there is none. */
export function bestPeer({ cells }) {
  const peers = Object.entries(cells).filter(([peer]) => peer !== BOUND)
  return peers.map(([peer, measured]) => ({ peer, ...measured })).sort((a, b) => b.ratio - a.ratio)[0]
}
