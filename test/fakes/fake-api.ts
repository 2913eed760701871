import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import type { ServerToBrowser } from '@stillwatch/contract/live.ts'
import { Server as LiveServer } from 'socket.io'
import { answerTo, type FakeWorld, refusal } from './fake-api-answers.ts'

/** A stand-in for the server as a browser sees it: canned data in memory, the built dashboard, live push. */
export interface FakeApi {
  url: string
  world: FakeWorld
  live: LiveServer<Record<string, never>, ServerToBrowser>
  /** Everything it was asked, as `GET /path`. */
  asked: string[]
  close(): Promise<void>
}

/** The built dashboard. */
export const dist = join(import.meta.dirname, '../../dashboard/dist')
const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

/** What the real server says to a browser about itself (server/http/app.ts): a page that needs more must fail here, too. */
const contentSecurityPolicy =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

export async function startFakeApi(world: FakeWorld): Promise<FakeApi> {
  const asked: string[] = []
  const http = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    void (request.url?.startsWith('/api/v1/')
      ? answerApi(world, request, response)
      : serve(request, response))
  })
  const live: FakeApi['live'] = new LiveServer(http, { path: '/live', serveClient: false })
  live.on('connection', (socket) => socket.emit('time', Date.now()))
  await new Promise<void>((listening) => http.listen(0, '127.0.0.1', listening))
  const { port } = http.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, world, live, asked, close: () => live.close() }
}

async function answerApi(
  world: FakeWorld,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://fake')
  const body = await readBody(request)
  const signedIn = request.headers.cookie?.includes('session=fake') === true
  const path = url.pathname.slice('/api/v1'.length)
  const answer =
    signedIn || path === '/session'
      ? answerTo(world, { method: request.method ?? 'GET', path, query: url.searchParams, body })
      : refusal('unauthenticated')
  const cookie = answer.signsIn ? { 'set-cookie': 'session=fake; Path=/; HttpOnly' } : {}
  response.writeHead(answer.status, { 'content-type': 'application/json', ...cookie })
  response.end(answer.body === undefined ? '' : JSON.stringify(answer.body))
}

async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = ''
  for await (const chunk of request) text += chunk
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)
}

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = normalize(new URL(request.url ?? '/', 'http://fake').pathname)
  const file = extname(path) === '' ? '/index.html' : path
  try {
    const content = await readFile(join(dist, file))
    response.writeHead(200, {
      'content-type': types[extname(file)] ?? 'application/octet-stream',
      'content-security-policy': contentSecurityPolicy,
    })
    response.end(content)
  } catch {
    response.writeHead(404).end()
  }
}
