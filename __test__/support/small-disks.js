// Disks that are soon full: a tmpfs in a mount namespace of a child's own, which goes with it. Whoever is not root gets
// a user namespace too, where the system allows that.
import { describeWhereAllowed, run, script } from './processes.js'

const UNSHARE = process.getuid() === 0 ? ['-m'] : ['-Urm']
const ALLOWED = [...UNSHARE, 'sh', '-c', 'mount -t tmpfs tmpfs /mnt']

/** describe for tests that mount: skipped where that is not allowed. */
export const describeOnSmallDisk = (name, body) => describeWhereAllowed('unshare', ALLOWED, name, body)

/** Runs a body of JavaScript in a Node of its own, with a tmpfs of `size` mounted at a directory, its first argument. */
export function runOnSmallDisk(directory, size, body, ...args) {
  const mounted = `mount -t tmpfs -o size=${size} tmpfs "$1" && exec "$2" --input-type=module -e "$3" -- "$1" "$4"`
  return run('unshare', [...UNSHARE, 'sh', '-c', mounted, 'sh', directory, process.execPath, script(body), ...args])
}

/** The same on a machine that says it has so many bytes of memory left. */
export function runWithMemory(directory, bytes, body) {
  const faked = [
    `sed 's/^MemAvailable:.*/MemAvailable: ${Math.floor(bytes / 1024)} kB/; s/^SwapFree:.*/SwapFree: 0 kB/' /proc/meminfo > "$1/meminfo"`,
    'mount --bind "$1/meminfo" /proc/meminfo',
    'exec "$2" --input-type=module -e "$3"',
  ]
  return run('unshare', [...UNSHARE, 'sh', '-c', faked.join(' && '), 'sh', directory, process.execPath, script(body)])
}
