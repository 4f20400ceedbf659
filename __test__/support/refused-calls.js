// Child processes to which the kernel refuses certain calls, as a container's seccomp profile or an old kernel does.
import os from 'node:os'
import { describeWith, run, script } from './processes.js'

/** Numbers of calls on x64 and arm64; with an argument, the call is refused if that argument has that value. */
const CALLS = {
  memfd_create: { x64: 319, arm64: 279 },
  pwritev2: { x64: 328, arm64: 287 },
  fallocate: { x64: 285, arm64: 47 },
  statx: { x64: 332, arm64: 291 },
  futex_waitv: { x64: 449, arm64: 449 },
  // Only those that processes share: pthreads needs the others.
  'FUTEX_WAIT, shared': { x64: 202, arm64: 98, argument: 1, value: 0 },
  'FUTEX_WAKE, shared': { x64: 202, arm64: 98, argument: 1, value: 1 },
  MADV_HUGEPAGE: { x64: 28, arm64: 233, argument: 2, value: 14 },
  MADV_POPULATE_READ: { x64: 28, arm64: 233, argument: 2, value: 22 },
  MADV_COLLAPSE: { x64: 28, arm64: 233, argument: 2, value: 25 },
  F_GET_SEALS: { x64: 72, arm64: 25, argument: 1, value: 1034 },
  F_OFD_SETLK: { x64: 72, arm64: 25, argument: 1, value: 37 },
  fstatfs: { x64: 138, arm64: 44 },
  sysinfo: { x64: 99, arm64: 179 },
  flock: { x64: 73, arm64: 32 },
  // To be a device that fails.
  fsync: { x64: 74, arm64: 82 },
}

/** Those without which everything works. */
export const REFUSABLE = Object.keys(CALLS).filter((name) => name !== 'fsync')

const PROGRAM = `
import ctypes, json, os, struct, sys
libc = ctypes.CDLL(None, use_errno=True)
errno, rules, command = int(sys.argv[1]), json.loads(sys.argv[2]), sys.argv[3:]
LOAD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, REFUSE = 0x7fff0000, 0x00050000
steps = []
for number, argument, value in rules:
    test = [(LOAD, 0, 0, 16 + 8 * argument), (JUMP_IF_EQUAL, 0, 1, value)] if value is not None else []
    steps += [(LOAD, 0, 0, 0), (JUMP_IF_EQUAL, 0, len(test) + 1, number), *test, (RETURN, 0, 0, REFUSE | errno)]
steps.append((RETURN, 0, 0, ALLOW))
count = len(steps)
steps = ctypes.create_string_buffer(b''.join(struct.pack('HBBI', *step) for step in steps))
program = ctypes.create_string_buffer(struct.pack('HxxxxxxP', count, ctypes.addressof(steps)))
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
assert libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
assert libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program, 0, 0) == 0, os.strerror(ctypes.get_errno())
for number, argument, value in rules:
    ctypes.set_errno(0)
    arguments = [value or 0 if at == argument else 0 for at in range(6)]
    assert libc.syscall(number, *arguments) == -1 and ctypes.get_errno() == errno, number
os.execv(command[0], command)
`

/** describe for tests under a seccomp filter. */
export const describeRefusing = (name, body) => describeWith('python3', ['-c', 'import ctypes'], name, body)

/** Runs a body of JavaScript in a Node to which these calls are refused with the error of this name, and to its children. */
export function runRefusing(calls, code, body, { env, args = [], nodeOptions = [] } = {}) {
  const rules = calls.map((name) => {
    const { argument = 0, value = null } = CALLS[name]
    return [CALLS[name][process.arch], argument, value]
  })
  const command = [process.execPath, ...nodeOptions, '--input-type=module', '-e', script(body), '--', ...args]
  const { [code]: errno } = os.constants.errno
  return run('python3', ['-c', PROGRAM, errno, JSON.stringify(rules), ...command], {
    timeout: 60000,
    // Where nothing is forced, the refusal alone decides.
    env: { ...process.env, MMAP_ARRAY_PORTABLE: '0', ...env },
  })
}
