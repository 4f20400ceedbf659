// The record of a run: RESULTS.md and its pictures.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { resultsText } from './markdown.js'
import { sizePicture, speedPicture } from './pictures.js'

export function writeResults(report, directory) {
  mkdirSync(directory, { recursive: true })
  const files = {
    'RESULTS.md': resultsText(report),
    'speed.svg': speedPicture(report),
    'size.svg': sizePicture(report),
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text)
}
