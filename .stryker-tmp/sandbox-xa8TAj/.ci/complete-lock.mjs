// @ts-nocheck
// Run after every change of dependencies: node .ci/complete-lock.mjs
//
// A registry mirror may lack the builds of a package for other platforms. npm then leaves them out of package-lock.json,
// and `npm ci` refuses the lock as incomplete. This adds them: version and platform from the package's own list of
// optional dependencies and their names, without integrity, which npm then takes from the registry it installs from.
import { readFileSync, writeFileSync } from 'node:fs'

const FILE = 'package-lock.json'
const SYSTEMS = ['android', 'darwin', 'win32', 'linux', 'freebsd', 'openharmony', 'aix', 'netbsd', 'openbsd', 'sunos']
const PROCESSORS = ['arm64', 'x64', 'ia32', 'ppc64', 's390x', 'loong64', 'riscv64', 'mips64el', 'arm', 'wasm32']

const lock = JSON.parse(readFileSync(FILE, 'utf8'))
let added = 0
for (const [path, { optionalDependencies = {}, dev, license }] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    if (isLocked(path, name) || !/^\d+\.\d+\.\d+$/.test(version)) continue
    const words = name.slice(name.lastIndexOf('/') + 1).split('-')
    const os = SYSTEMS.find((system) => words.includes(system))
    const cpu = PROCESSORS.find((processor) => words.includes(processor))
    if (!os || !cpu) continue
    const libc = words.some((word) => word.startsWith('musl'))
      ? 'musl'
      : words.some((word) => word.startsWith('gnu'))
        ? 'glibc'
        : null
    lock.packages[`node_modules/${name}`] = {
      version,
      cpu: [cpu],
      ...(dev && { dev }),
      ...(license && { license }),
      ...(libc && os === 'linux' && { libc: [libc] }),
      optional: true,
      os: [os],
    }
    added++
  }
}
const [root, ...others] = Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en'))
lock.packages = Object.fromEntries([root, ...others])
writeFileSync(FILE, `${JSON.stringify(lock, null, 2)}\n`)
console.log(`${added} platform packages added to ${FILE}`)

/** Whether node would find the package from there: beside it, or in any folder above. */
function isLocked(from, name) {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    if (lock.packages[`${at ? `${at}/` : ''}node_modules/${name}`]) return true
    if (!at) return false
  }
}
