import { existsSync, readdirSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyRequest } from 'fastify'
import type { App } from './app-type.ts'
import { answerNotFound } from './errors.ts'

const YEAR_S = 31_536_000
const notBuilt =
  '<!doctype html><meta charset="utf-8"><title>Stillwatch</title><p>The server runs, but its dashboard has not been built. Run <code>npm run build</code> and start the server again.</p>'

/**
 * Serves the built dashboard. Only files that were there at the start are served, so no path can lead elsewhere; any other page of
 * the dashboard is its `index.html`, which finds out itself what to show.
 */
export async function serveDashboard(app: App, dir: string): Promise<void> {
  const files = existsSync(join(dir, 'index.html')) ? filesBelow(dir) : new Set<string>()
  if (files.size > 0) await app.register(fastifyStatic, { root: dir, serve: false, cacheControl: false })

  app.get('/*', { config: { may: 'anyone' }, schema: { hide: true } }, (request, reply) => {
    const path = (request.params as { '*': string })['*']
    if (path === 'api' || path.startsWith('api/')) return answerNotFound(request)
    if (files.has(path)) {
      // Vite puts a hash of the content into the name of everything below assets/.
      const hashed = path.startsWith('assets/')
      reply.header('cache-control', hashed ? `public, max-age=${YEAR_S}, immutable` : 'no-cache')
      return reply.sendFile(path)
    }
    if (!wantsPage(request)) return answerNotFound(request)
    reply.type('text/html; charset=utf-8').header('cache-control', 'no-cache')
    return files.size > 0 ? reply.sendFile('index.html') : reply.code(503).send(notBuilt)
  })
}

/** A browser's address line, or somebody who takes anything and names no file. */
function wantsPage({ headers: { accept = '*/*' }, url }: FastifyRequest): boolean {
  const namesFile = /\.\w+$/.test(url.split('?', 1)[0] ?? '')
  return accept.includes('text/html') || (accept.includes('*/*') && !namesFile)
}

function filesBelow(dir: string): Set<string> {
  const entries = readdirSync(dir, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  return new Set(files.map((file) => relative(dir, join(file.parentPath, file.name)).split(sep).join('/')))
}
