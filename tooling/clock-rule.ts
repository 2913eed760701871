import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { decidingFiles } from './import-rules.ts'
import { typescriptFiles } from './typescript-files.ts'

/** Rooms whose code takes a `Clock`, so that tests can hold time still. A main.ts makes the clock; contract/time.ts is it. Simulators run in real time. */
const rooms = /^(contract|gateway|server)\//
const makesTheClock = /(^|\/)main\.ts$|^contract\/time\.ts$/

const timeCalls = new Set([
  'Date.now',
  'performance.now',
  'setTimeout',
  'setInterval',
  'new Date without a time',
])
const chanceCalls = new Set(['Math.random', 'randomUUID', 'randomBytes', 'randomInt'])

/** One sentence per call that takes the time from somewhere else than the Clock, or rolls dice where something is decided. */
export function checkClocks(root: string): string[] {
  return typescriptFiles(root)
    .filter((path) => rooms.test(path) && !makesTheClock.test(path))
    .flatMap((path) => {
      const decides = decidingFiles.some((pattern) => new RegExp(pattern).test(path))
      return callsOf(path, readFileSync(join(root, path), 'utf8'))
        .filter(({ name }) => timeCalls.has(name) || (decides && chanceCalls.has(name)))
        .map(({ name, line }) =>
          timeCalls.has(name)
            ? `${path}:${line} calls ${name}; time comes from the Clock.`
            : `${path}:${line} calls ${name}; what decides leaves nothing to chance.`,
        )
    })
}

function callsOf(path: string, text: string): { name: string; line: number }[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const found: { name: string; line: number }[] = []
  const visit = (node: ts.Node): void => {
    const name = nameOfCall(node)
    if (name) found.push({ name, line: source.getLineAndCharacterOfPosition(node.getStart()).line + 1 })
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

function nameOfCall(node: ts.Node): string | undefined {
  if (ts.isNewExpression(node) && node.expression.getText() === 'Date' && !node.arguments?.length)
    return 'new Date without a time'
  return ts.isCallExpression(node)
    ? node.expression.getText().replace(/^(globalThis|crypto)\./, '')
    : undefined
}
