import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/** Some packages inside still speak CommonJS and call for Node's own modules at run time. */
const banner = `import { createRequire as __createRequire } from 'node:module'
import { fileURLToPath as __fileURLToPath } from 'node:url'
import { dirname as __dirnameOf } from 'node:path'
const require = __createRequire(import.meta.url)
const __filename = __fileURLToPath(import.meta.url)
const __dirname = __dirnameOf(__filename)`

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** Everything a gateway needs, in one file without native modules. Runs with Node 24 and nothing else. */
await build({
  entryPoints: [here('main.ts')],
  outfile: process.argv[2] ?? here('../dist/stillwatch-gateway.mjs'),
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  banner: { js: banner },
  legalComments: 'linked',
  logLevel: 'warning',
})
