import { cruise, type IRegularForbiddenRuleType, type IResolveOptions } from 'dependency-cruiser'
import { typescriptFiles } from './typescript-files.ts'

/** Files that judge, each a pure function of what it is given (docs/architecture.md). */
export const decidingFiles = [
  '^server/health/(?!routes\\.ts)',
  '^server/tickets/(decide|clocks)\\.ts$',
  '^gateway/drivers/[^/]+/to-samples\\.ts$',
]

/** Who may import whom (docs/architecture.md). The first capture group of `from` is `$1` in `to`. */
export const importRules: IRegularForbiddenRuleType[] = [
  {
    name: 'no-cycles',
    severity: 'error',
    comment: 'A cycle means two files are one; at run time it means a half-loaded module.',
    from: {},
    to: { circular: true },
  },
  {
    name: 'resolvable',
    severity: 'error',
    comment: 'An import that cannot be resolved also cannot be judged by the other rules.',
    from: {},
    to: { couldNotResolve: true },
  },
  {
    name: 'contract-stands-alone',
    severity: 'error',
    comment: 'The contract imports its schema library and itself, so that every side can read it.',
    from: { path: '^contract/' },
    to: { pathNot: ['^contract/', '^node_modules/typebox/'] },
  },
  {
    name: 'rooms-meet-in-the-contract',
    severity: 'error',
    comment: 'Gateway, server, dashboard and simulators know each other only through the contract.',
    from: { path: '^(gateway|server|dashboard|simulators)/' },
    to: { path: '^(gateway|server|dashboard|simulators|tooling)/', pathNot: '^$1/' },
  },
  {
    name: 'nobody-imports-test',
    severity: 'error',
    comment: 'What ships must not depend on what tries it.',
    from: { pathNot: '^test/' },
    to: { path: '^test/' },
  },
  {
    name: 'nobody-imports-main',
    severity: 'error',
    comment: 'A main.ts only reads the environment and starts things; tests call the function it calls.',
    from: {},
    to: { path: '(^|/)main\\.tsx?$' },
  },
  {
    name: 'server-rooms-are-siblings',
    severity: 'error',
    comment:
      'A room takes what it needs as parameters; the road, server.ts and its own routes are the crossers. All rooms stand on one floor: what a record looks like and how to reach it.',
    from: { path: '^server/([^/]+)/', pathNot: ['routes\\.ts$', '^server/road/'] },
    to: {
      path: '^server/[^/]+/',
      pathNot: ['^server/$1/', '^server/store/records/(tables|records|cursor)\\.ts$'],
    },
  },
  {
    name: 'server-rooms-do-not-look-up',
    severity: 'error',
    comment: 'The road and the server put the rooms together; a room that imports them turns that around.',
    from: { path: '^server/[^/]+/', pathNot: '^server/road/' },
    to: { path: '^server/(road/|[^/]+\\.ts$)', pathNot: '^server/config\\.ts$' },
  },
  {
    name: 'a-driver-stands-alone',
    severity: 'error',
    comment:
      'A driver sees its interface, its own folder and the contract, so that adding one touches nothing.',
    from: { path: '^gateway/drivers/([^/]+)/' },
    to: { path: '^gateway/', pathNot: ['^gateway/drivers/driver\\.ts$', '^gateway/drivers/$1/'] },
  },
  {
    name: 'deciding-is-pure',
    severity: 'error',
    comment:
      'Same inputs, same verdict: no IO, no logger, no store; time comes in as a parameter. Hashing and packing are sums.',
    from: { path: decidingFiles },
    to: { pathNot: '^((contract|server/health|server/tickets|gateway/drivers)/|(node:)?(crypto|zlib)$)' },
  },
  {
    name: 'the-dashboard-runs-in-a-browser',
    severity: 'error',
    comment: 'Node is not there. vite.config.ts runs in Node and is the one exception.',
    from: { path: '^dashboard/', pathNot: '^dashboard/vite\\.config\\.ts$' },
    to: { dependencyTypes: ['core'] },
  },
]

export interface ImportReport {
  /** TypeScript files on disk, and how many of them the checker really read. */
  onDisk: number
  read: number
  /** One sentence per forbidden import. */
  violations: string[]
  /** Files the checker never saw: it must not report success about them. */
  unseen: string[]
}

const resolution: Partial<IResolveOptions> = {
  exportsFields: ['exports'],
  conditionNames: ['import', 'node', 'default', 'types'],
  extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.d.ts', '.json'],
}

/** Reads every import below `root` and judges it by the rules. */
export async function checkImports(root: string): Promise<ImportReport> {
  const files = typescriptFiles(root)
  const { output } = await cruise(
    files,
    {
      baseDir: root,
      validate: true,
      ruleSet: { forbidden: importRules },
      tsPreCompilationDeps: true,
      combinedDependencies: true,
      doNotFollow: { path: 'node_modules' },
      exclude: { path: '/dist/' },
    },
    resolution,
  )
  if (typeof output === 'string') throw new Error('dependency-cruiser answered text instead of a result.')
  const read = new Set(
    output.modules.filter((module) => !module.couldNotResolve).map((module) => module.source),
  )
  return {
    onDisk: files.length,
    read: files.filter((file) => read.has(file)).length,
    unseen: files.filter((file) => !read.has(file)),
    violations: output.summary.violations.map(
      (violation) => `${violation.rule.name}: ${violation.from} imports ${violation.to}`,
    ),
  }
}
