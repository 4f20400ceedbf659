// Handles between containers: another PID namespace, another user namespace, another user. What is out of reach is told as that,
// not as gone; and what the guide recommends instead works.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { dirname } from 'node:path'
import { expect, test } from 'vitest'
import { MmapArray } from '../index.js'
import { onLinux } from './support/linux.js'
import { describeWhereAllowed, expectExit, run, script } from './support/processes.js'
import { useScope } from './support/scope.js'

/** Runs a body in a Node that a program starts; HANDLE is there as `handle`. */
async function inside([program, ...before], handle, body) {
  const source = `const handle = JSON.parse(process.env.HANDLE ?? 'null')
    const outcome = (call) => { try { return call() } catch ({ code, message }) { return { code, message } } }
    console.log(JSON.stringify(await (async () => { ${body} })()))`
  const node = [process.execPath, '--input-type=module', '-e', script(source)]
  const result = await run(program, [...before, ...node], {
    env: { ...process.env, HANDLE: JSON.stringify(handle) },
  })
  expectExit(result)
  return JSON.parse(result.stdout)
}

const onAnonymousMemory = onLinux('the fallback for anonymous memory is a file, which is attached by its path', test)

const ATTACH = 'return outcome(() => MmapArray.attach(handle).tolist())'
const PID_NAMESPACE = ['unshare', '--pid', '--fork', '--mount-proc']

describeWhereAllowed('unshare', [...PID_NAMESPACE.slice(1), 'true'], 'another PID namespace', () => {
  const scope = useScope()

  onAnonymousMemory('attach of an anonymous array is ERR_UNREACHABLE_HANDLE, and says where its owner is', async () => {
    const array = scope.keep(new MmapArray('i', [1, 2, 3]))
    const { code, message } = await inside(PID_NAMESPACE, array.handle(), ATTACH)
    expect(code).toBe('ERR_UNREACHABLE_HANDLE')
    expect(message).toContain(`process ${process.pid} is in another PID namespace`)
    expect(message).toContain('openShm')
  })

  // Both are the first process of their own namespace. The first one lives until the second has ended: Linux gives the number of a
  // namespace that is gone to the next one.
  test('attach of a handle that was made inside is ERR_UNREACHABLE_HANDLE outside', async () => {
    const source = script(
      'try { MmapArray.attach(JSON.parse(process.env.HANDLE)) } catch ({ code }) { console.log(code) }',
    )
    const [program, ...before] = PID_NAMESPACE
    const args = [...before, process.execPath, '--input-type=module', '-e', source]
    const body = `const array = new MmapArray('i', [1, 2, 3])
      const { spawnSync } = await import('node:child_process')
      const env = { ...process.env, HANDLE: JSON.stringify(array.handle()) }
      return spawnSync('${program}', ${JSON.stringify(args)}, { env, encoding: 'utf8' }).stdout`
    expect(await inside(PID_NAMESPACE, null, body)).toBe('ERR_UNREACHABLE_HANDLE\n')
  })

  test('attach of a file that is at its path works, and of one that is not is ERR_UNREACHABLE_HANDLE', async () => {
    const array = scope.keep(MmapArray.open(scope.path(), 'i', { flags: 'w+' }))
    array.extend([1, 2, 3])
    const handle = array.handle()
    expect(await inside(PID_NAMESPACE, handle, ATTACH)).toEqual([1, 2, 3])
    fs.renameSync(array.path, `${array.path}.moved`)
    expect(await inside(PID_NAMESPACE, handle, ATTACH)).toMatchObject({ code: 'ERR_UNREACHABLE_HANDLE' })
  })

  test('attach inside of a handle that was made inside works', async () => {
    const body = `const array = new MmapArray('i', [1, 2, 3])
      const { spawnSync } = await import('node:child_process')
      const source = ${JSON.stringify(script('console.log(MmapArray.attach(JSON.parse(process.env.HANDLE)).tolist().join())'))}
      const env = { ...process.env, HANDLE: JSON.stringify(array.handle()) }
      const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', source], { env, encoding: 'utf8' })
      return stdout + stderr`
    expect(await inside(PID_NAMESPACE, null, body)).toBe('1,2,3\n')
  })

  test('openShm of a name, a file and an inherited descriptor lead to the same elements', async () => {
    const name = `mmap-array-containers-${process.pid}`
    const shared = scope.keep(MmapArray.openShm(name, 'i', { flags: 'w+' }))
    const anonymous = scope.keep(new MmapArray('i', [4, 5]))
    try {
      shared.extend([1, 2, 3])
      expect(await inside(PID_NAMESPACE, null, `return MmapArray.openShm('${name}', 'i').tolist()`)).toEqual([1, 2, 3])
      const source = script(
        `const array = MmapArray.fromFd(3, 'i', { flags: 'r+' }); array.append(6); console.log(array.tolist().join())`,
      )
      const [program, ...before] = PID_NAMESPACE
      const args = [...before, process.execPath, '--input-type=module', '-e', source]
      const { stdout } = spawnSync(program, args, {
        stdio: ['ignore', 'pipe', 'inherit', anonymous.fd],
        encoding: 'utf8',
      })
      expect(stdout).toBe('4,5,6\n')
      expect(anonymous.refresh()).toBe(3)
    } finally {
      MmapArray.unlinkShm(name)
    }
  })
})

const USER_NAMESPACE = ['unshare', '--user', '--map-root-user']

describeWhereAllowed('unshare', [...USER_NAMESPACE.slice(1), 'true'], 'another user namespace', () => {
  const scope = useScope()

  onAnonymousMemory(
    'attach of an anonymous array is ERR_UNREACHABLE_HANDLE, and says whose descriptors they are',
    async () => {
      const array = scope.keep(new MmapArray('i', [1, 2, 3]))
      const { code, message } = await inside(USER_NAMESPACE, array.handle(), ATTACH)
      expect(code).toBe('ERR_UNREACHABLE_HANDLE')
      expect(message).toContain(`process ${process.pid} belongs to another user or user namespace`)
    },
  )
})

const OTHER_USER = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups']

describeWhereAllowed('setpriv', [...OTHER_USER.slice(1), process.execPath, '--version'], 'another user', () => {
  const scope = useScope()

  onAnonymousMemory(
    'attach of an anonymous array is ERR_UNREACHABLE_HANDLE, and says whose descriptors they are',
    async () => {
      const array = scope.keep(new MmapArray('i', [1, 2, 3]))
      const { code, message } = await inside(OTHER_USER, array.handle(), ATTACH)
      expect(code).toBe('ERR_UNREACHABLE_HANDLE')
      expect(message).toContain(`process ${process.pid} belongs to another user`)
    },
  )

  test('attach of a file that this user may not open is EACCES with its path', async () => {
    const array = scope.keep(MmapArray.open(scope.path(), 'i', { flags: 'w+' }))
    array.append(1)
    fs.chmodSync(array.path, 0o600)
    const { code, message } = await inside(OTHER_USER, array.handle(), ATTACH)
    expect(code).toBe('EACCES')
    expect(message).toContain(array.path)
  })

  test('attach of a file that this user may read works with r', async () => {
    const array = scope.keep(MmapArray.open(scope.path(), 'i', { flags: 'w+' }))
    array.append(1)
    fs.chmodSync(array.path, 0o644)
    fs.chmodSync(dirname(array.path), 0o755)
    const body = `return outcome(() => MmapArray.attach(handle, { flags: 'r' }).tolist())`
    expect(await inside(OTHER_USER, array.handle(), body)).toEqual([1])
  })
})
