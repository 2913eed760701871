import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { typescriptFiles } from './typescript-files.ts'

/** Lines. The hard limits fail the check, the aims are printed (measured on the projects we learn from). */
export const limits = { file: 500, function: 80, pageComponent: 120 } as const
export const aims = { fileMedian: 120, fileP90: 300, functionP90: 40 } as const

export interface Measured {
  path: string
  name: string
  lines: number
}

export interface SizeReport {
  files: Measured[]
  functions: Measured[]
  /** One sentence per file or function over its hard limit. */
  violations: string[]
}

/** Measures every TypeScript file below `root`, comments and blank lines included. */
export function measureSizes(root: string): SizeReport {
  const files: Measured[] = []
  const functions: Measured[] = []
  for (const path of typescriptFiles(root)) {
    const text = readFileSync(join(root, path), 'utf8')
    files.push({ path, name: path, lines: countLines(text) })
    functions.push(...functionsOf(path, text))
  }
  const violations = [
    ...files
      .filter((file) => file.lines > limits.file)
      .map((file) => `${file.path} has ${file.lines} lines; the limit is ${limits.file}.`),
    ...functions
      .filter((one) => one.lines > functionLimit(one.path))
      .map(
        (one) => `${one.path}: ${one.name} has ${one.lines} lines; the limit is ${functionLimit(one.path)}.`,
      ),
  ]
  return { files, functions, violations }
}

/** The value below which `share` (0 to 1) of the measured things lie. */
export function quantile(measured: readonly Measured[], share: number): number {
  const sorted = measured.map((one) => one.lines).sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}

const functionLimit = (path: string): number =>
  /^dashboard\/pages\/.*\.tsx$/.test(path) ? limits.pageComponent : limits.function

const countLines = (text: string): number => text.replace(/\n$/, '').split('\n').length

function functionsOf(path: string, text: string): Measured[] {
  const kind = path.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, kind)
  const found: Measured[] = []
  const lineOf = (position: number) => source.getLineAndCharacterOfPosition(position).line
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body && !isSuite(node))
      found.push({ path, name: nameOf(node), lines: lineOf(node.end) - lineOf(node.getStart(source)) + 1 })
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

/** The callback of a `describe` is a list of tests, not a function anybody has to hold in the head. */
const isSuite = (node: ts.Node): boolean =>
  ts.isCallExpression(node.parent) && node.parent.expression.getText().startsWith('describe')

function nameOf(node: ts.SignatureDeclaration): string {
  if (node.name) return node.name.getText()
  if (ts.isVariableDeclaration(node.parent) || ts.isPropertyAssignment(node.parent))
    return node.parent.name.getText()
  const line = node.getSourceFile().getLineAndCharacterOfPosition(node.getStart()).line + 1
  return `the function at line ${line}`
}
