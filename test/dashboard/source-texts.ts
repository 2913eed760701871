import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'

export interface SourceTexts {
  /** Every string literal. */
  literals: Set<string>
  /** Beginnings of keys that are put together while running: `state.` of `state.${state}`. */
  prefixes: string[]
  /** Words a person would read that do not come from the locales: `file: words`. */
  visible: string[]
}

const shownAttributes = ['label', 'title', 'placeholder', 'description', 'aria-label', 'alt', 'submitText']
const hasLetters = /\p{L}/u

/** What the source files below `dir` say, read from their syntax. */
export function readTexts(dir: string): SourceTexts {
  const texts: SourceTexts = { literals: new Set(), prefixes: [], visible: [] }
  for (const file of sourceFiles(dir)) {
    const source = ts.createSourceFile(
      file,
      readFileSync(join(dir, file), 'utf8'),
      ts.ScriptTarget.Latest,
      true,
      file.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS,
    )
    visit(source, file, texts)
  }
  return texts
}

const sourceFiles = (dir: string): string[] =>
  readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter(
    (file) => /\.tsx?$/.test(file) && !/(^|\/)(dist|node_modules)\//.test(file),
  )

function visit(node: ts.Node, file: string, texts: SourceTexts): void {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) texts.literals.add(node.text)
  if (ts.isTemplateExpression(node) && /^\w+\.$/.test(node.head.text)) texts.prefixes.push(node.head.text)
  const group = groupOfWord(node)
  if (group !== undefined) texts.prefixes.push(`${group}.`)
  if (ts.isJsxText(node) && hasLetters.test(node.text)) texts.visible.push(`${file}: ${node.text.trim()}`)
  if (isShownLiteral(node)) texts.visible.push(`${file}: ${node.getText()}`)
  ts.forEachChild(node, (child) => visit(child, file, texts))
}

/** `words.word('driver', name)` asks for the group `driver`. */
function groupOfWord(node: ts.Node): string | undefined {
  if (!ts.isCallExpression(node) || !/(^|\.)word$/.test(node.expression.getText())) return undefined
  const [group] = node.arguments
  return group && ts.isStringLiteral(group) ? group.text : undefined
}

const isShownLiteral = (node: ts.Node): boolean =>
  ts.isJsxAttribute(node) &&
  shownAttributes.includes(node.name.getText()) &&
  node.initializer !== undefined &&
  ts.isStringLiteral(node.initializer) &&
  hasLetters.test(node.initializer.text)
