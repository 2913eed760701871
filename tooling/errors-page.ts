import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { errorTable } from '../contract/errors.ts'

/** docs/errors.md as it must read: node tooling/errors-page.ts writes it. */
export function errorsPage(): string {
  const rows = Object.entries(errorTable).map(
    ([code, { status, means, todo }]) => `| \`${code}\` | ${status} | ${means} | ${todo} |`,
  )
  return [
    '# Errors',
    '',
    'Every error of the API is answered as `{ "code", "message", "details" }` with the status of its row. Programs go by `code`; `message` is for people.',
    '',
    '<!-- Written from contract/errors.ts by `node tooling/errors-page.ts`; a test keeps them equal. -->',
    '',
    '| code | status | what it means | what to do |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n')
}

if (import.meta.main) writeFileSync(join(import.meta.dirname, '../docs/errors.md'), errorsPage())
