import { readFileSync, statfsSync } from 'node:fs'
import { arch, availableParallelism, cpus, loadavg, release, type } from 'node:os'
import { relative } from 'node:path'

/** Magic numbers of statfs(2). */
const FILE_SYSTEMS = new Map([
  [0x01021994, 'tmpfs'],
  [0xef53, 'ext2/3/4'],
  [0x58465342, 'xfs'],
  [0x9123683e, 'btrfs'],
  [0x794c7630, 'overlayfs'],
  [0x2fc12fc1, 'zfs'],
])

/** What the numbers depend on besides the code. */
export function machine(scratch, sizes) {
  const { type: fileSystem } = statfsSync(scratch)
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    kernel: `${type()} ${release()} ${arch()}`,
    'huge pages for shared memory': setting('/sys/kernel/mm/transparent_hugepage/shmem_enabled'),
    node: `${process.version} (V8 ${process.versions.v8})`,
    files: FILE_SYSTEMS.get(fileSystem) ?? `file system 0x${fileSystem.toString(16)}`,
    'load at the start': loadavg()[0].toFixed(2),
    date: new Date().toISOString().slice(0, 10),
    command: ['node', relative('', process.argv[1]), ...process.argv.slice(2).filter(isTelling)].join(' '),
    size: `${sizes.sittings} sitting${sizes.sittings === 1 ? '' : 's'} of ${sizes.rounds} rounds, ${sizes.elements.toLocaleString('en')} elements`,
  }
}

/** The choice in brackets of a kernel setting. */
function setting(path) {
  try {
    return /\[(.*)\]/.exec(readFileSync(path, 'utf8'))?.[1] ?? 'unknown'
  } catch {
    return 'unknown'
  }
}

/** Where the record goes is nothing that it should tell. */
const isTelling = (word) => !word.startsWith('--output=')
