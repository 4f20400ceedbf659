// The size of a page of memory, which is 4, 16 or 64 KiB: of a file that was cut, bytes in its last page read as zeros without a
// fault.
import { execFileSync } from 'node:child_process'

export const PAGE = Number(execFileSync('getconf', ['PAGESIZE'], { encoding: 'utf8' }))
