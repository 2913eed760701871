/**
 * Adds the platform packages that npm left out of package-lock.json. npm silently drops an optional package that its registry
 * (a partial mirror, say) does not have, and `npm ci` then refuses the lock file it wrote itself (npm/cli#4828 and its relatives).
 * Run it after changing a dependency: node tooling/complete-lock.mjs
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const file = process.argv[2] ?? join(import.meta.dirname, '../package-lock.json')
const lock = JSON.parse(readFileSync(file, 'utf8'))
const { packages } = lock

const systems = [
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
]
const processors = [
  'arm',
  'arm64',
  'ia32',
  'loong64',
  'mips64el',
  'ppc64',
  'riscv64',
  's390x',
  'wasm32',
  'x64',
]

/** Reads the platform from a name such as `binding-linux-arm64-musl`; a package that names none is not ours to invent. */
function platformOf(name) {
  const words = name.split(/[-/]/)
  const os = words.filter((word) => systems.includes(word))
  const cpu = words.filter((word) => processors.includes(word))
  if (os.length === 0 || cpu.length === 0) return undefined
  const libc = words.some((word) => word.startsWith('musl'))
    ? ['musl']
    : words.includes('gnu')
      ? ['glibc']
      : undefined
  return { os, cpu, ...(libc && os.includes('linux') && { libc }) }
}

let added = 0
for (const [place, entry] of Object.entries(packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const installedAt = `node_modules/${name}`
    if (packages[installedAt] || packages[`${place}/${installedAt}`]) continue
    const platform = platformOf(name)
    if (!platform) throw new Error(`${name}, wanted by ${place}, names no platform: install it properly.`)
    packages[installedAt] = {
      version,
      ...platform,
      ...(entry.dev && { dev: true }),
      license: entry.license,
      optional: true,
    }
    added += 1
  }
}
const root = packages['']
const rest = Object.entries(packages).filter(([place]) => place !== '')
lock.packages = { '': root, ...Object.fromEntries(rest.sort(([a], [b]) => a.localeCompare(b, 'en'))) }
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`)
console.log(`${added} platform packages added to ${file}`)
