/**
 * Makes the tree ready to run, and does nothing when it is ready: every npm script of package.json runs this first.
 * Plain JavaScript, because it starts under whatever Node came with npm (20 or newer) and fetches the pinned one.
 *
 *   node setup.mjs                  packages and dashboard
 *   node setup.mjs --install-only   packages
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(fileURLToPath(import.meta.url))
const pinnedNode = join(root, 'node_modules/node/bin/node')
const setupStamp = join(root, 'node_modules/.stillwatch-setup')
const dashboardStamp = join(root, 'node_modules/.stillwatch-dashboard')

class SetupError extends Error {}

/** What decides which packages are installed. Scripts and descriptions do not, so that editing them costs nothing. */
const installFields = [
  'name',
  'version',
  'workspaces',
  'dependencies',
  'devDependencies',
  'optionalDependencies',
  'peerDependencies',
  'overrides',
  'allowScripts',
]

function packagesHash() {
  const hash = createHash('sha256').update(`${process.platform}-${process.arch}\n`)
  hash.update(readFileSync(join(root, 'package-lock.json')))
  const { workspaces } = readJson('package.json')
  for (const file of ['package.json', ...workspaces.map((workspace) => `${workspace}/package.json`)]) {
    const manifest = readJson(file)
    hash.update(JSON.stringify(installFields.map((field) => manifest[field])))
  }
  return hash.digest('hex')
}

function install() {
  const wanted = packagesHash()
  if (readStamp(setupStamp) === wanted && existsSync(pinnedNode)) return
  say('Installing the packages named in package-lock.json (once, about 20 seconds) ...')
  const npm = npmCommand()
  // --include=dev: the pinned Node and the dashboard's build tools are development packages, also under NODE_ENV=production.
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund', '--prefer-offline']
  const patience = ['--fetch-retries=2', '--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=5000']
  const done = spawnSync(npm.program, [...npm.args, ...args, ...patience], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'inherit', 'pipe'],
  })
  if (done.error) throw new SetupError(`npm could not be started: ${done.error.message}`)
  if (done.status !== 0) throw new SetupError(explainFailedInstall(done.stderr))
  requireRunnable(pinnedNode, `v${readJson('package.json').devDependencies.node}`, 'node')
  requireRunnable(
    join(root, 'node_modules/.bin/esbuild'),
    readJson('package.json').devDependencies.esbuild,
    'esbuild',
  )
  writeFileSync(setupStamp, wanted)
}

/** The npm that runs us, with the Node it runs on: node_modules/.bin/node is about to be deleted and written anew. */
function npmCommand() {
  const { npm_execpath: npmScript, npm_node_execpath: npmNode } = process.env
  const ownNode = npmNode && !realPath(npmNode).startsWith(join(root, 'node_modules'))
  if (npmScript && ownNode && /npm-cli\.\w+$/.test(npmScript)) return { program: npmNode, args: [npmScript] }
  return { program: 'npm', args: [] }
}

function explainFailedInstall(stderr) {
  const offline = /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ENOTCACHED)\b/.exec(
    stderr,
  )
  if (!offline) return `npm ci failed:\n${stderr.trim()}`
  return (
    `Packages are missing and npm cannot reach its registry (${offline[1]}). ` +
    'Connect this machine to the internet (or set npm_config_registry to a mirror) and run the same command again; after that it works offline.'
  )
}

function requireRunnable(program, version, name) {
  const done = spawnSync(program, ['--version'], { encoding: 'utf8' })
  if (done.status === 0 && done.stdout.trim() === version) return
  const found = done.error ? done.error.message : `it answered "${`${done.stdout}${done.stderr}`.trim()}"`
  throw new SetupError(
    `The package ${name} was installed but ${relative(root, program)} does not run as ${version}: ${found}. ` +
      'Its install script must be allowed to run: see allowScripts in package.json, and use npm without --ignore-scripts.',
  )
}

function dashboardHash() {
  const hash = createHash('sha256')
  const inputs = [
    'package-lock.json',
    'tsconfig.base.json',
    ...filesBelow('dashboard'),
    ...filesBelow('contract'),
  ]
  for (const file of inputs) hash.update(`${file}\n`).update(readFileSync(join(root, file)))
  return hash.digest('hex')
}

function buildDashboard() {
  if (!existsSync(join(root, 'dashboard/index.html'))) {
    say('The dashboard is not part of this tree yet: nothing to build.')
    return
  }
  const wanted = dashboardHash()
  if (readStamp(dashboardStamp) === wanted && existsSync(join(root, 'dashboard/dist/index.html'))) return
  say('Building the dashboard ...')
  const vite = join(root, 'node_modules/vite/bin/vite.js')
  const done = spawnSync(pinnedNode, [vite, 'build', '--logLevel', 'warn'], {
    cwd: join(root, 'dashboard'),
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, NODE_ENV: 'production' },
  })
  if (done.status !== 0) throw new SetupError('The dashboard could not be built; the reason stands above.')
  writeFileSync(dashboardStamp, wanted)
}

function filesBelow(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.name !== 'dist' && entry.name !== 'node_modules')
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`
      return entry.isDirectory() ? filesBelow(path) : [path]
    })
    .sort()
}

const readJson = (file) => JSON.parse(readFileSync(join(root, file), 'utf8'))
const readStamp = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : undefined)
const realPath = (file) => (existsSync(file) ? realpathSync(file) : file)
const say = (sentence) => process.stderr.write(`${sentence}\n`)

try {
  install()
  if (!process.argv.includes('--install-only')) buildDashboard()
} catch (error) {
  if (!(error instanceof SetupError)) throw error
  say(error.message)
  process.exitCode = 1
}
