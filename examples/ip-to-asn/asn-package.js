import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const NAME = '@ip-location-db/asn'

/** CC BY 4.0 requires that a program that uses the data names these. */
export const CREDIT =
  'Data: @ip-location-db/asn by sapics, from RouteViews, NRO and DB-IP (https://db-ip.com). CC BY 4.0.'

/** The npm package with the ranges: its version, and the path of its CSV file. */
export function asnPackage() {
  const manifest = createRequire(import.meta.url).resolve(`${NAME}/package.json`)
  return {
    name: NAME,
    version: JSON.parse(readFileSync(manifest, 'utf8')).version,
    csvPath: join(dirname(manifest), 'asn-ipv4-num.csv'),
  }
}
