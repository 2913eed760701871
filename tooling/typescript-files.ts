import { readdirSync } from 'node:fs'
import { join } from 'node:path'

/** The rooms that hold our TypeScript. `test` mirrors the others; `tooling` builds and checks them. */
const rooms = ['contract', 'gateway', 'server', 'dashboard', 'simulators', 'test', 'tooling'] as const

const notOurs = new Set(['node_modules', 'dist', 'coverage', 'testcases'])

/** Every .ts and .tsx file of the rooms and of the top level, relative to `root`, declaration files left out. */
export function typescriptFiles(root: string): string[] {
  const found: string[] = []
  for (const entry of readdirSync(root, { withFileTypes: true })) {
    if (entry.isFile() && isSource(entry.name)) found.push(entry.name)
    if (entry.isDirectory() && (rooms as readonly string[]).includes(entry.name))
      collect(root, entry.name, found)
  }
  return found.sort()
}

function collect(root: string, folder: string, found: string[]): void {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory() && !notOurs.has(entry.name)) collect(root, path, found)
    else if (entry.isFile() && isSource(entry.name)) found.push(path)
  }
}

const isSource = (name: string): boolean => /\.tsx?$/.test(name) && !name.endsWith('.d.ts')
