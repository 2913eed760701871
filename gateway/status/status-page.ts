import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { renderStatus } from './render.ts'
import type { GatewayStatus } from './status.ts'

export interface StatusPage {
  url: string
  close(): Promise<void>
}

const HOST = '127.0.0.1'

const securityHeaders = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
}

/** A read-only page for whoever stands in front of the box; works while the site is cut off. Loopback only. */
export async function startStatusPage(port: number, status: () => GatewayStatus): Promise<StatusPage> {
  const server = createServer((request, response) => {
    const host = (request.headers.host ?? '').replace(/:\d+$/, '')
    // Another name for loopback would let a web page read this one (DNS rebinding).
    if (host !== HOST && host !== 'localhost') return answer(response, 403, 'text/plain', 'Not here.\n')
    if (request.method !== 'GET') return answer(response, 405, 'text/plain', 'Read only.\n')
    if (request.url === '/status.json')
      return answer(response, 200, 'application/json', JSON.stringify(status()))
    if (request.url === '/') return answer(response, 200, 'text/html', renderStatus(status()))
    return answer(response, 404, 'text/plain', 'There is nothing here.\n')
  })
  server.listen(port, HOST)
  await once(server, 'listening')
  const { port: taken } = server.address() as AddressInfo
  return {
    url: `http://${HOST}:${taken}`,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function answer(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { ...securityHeaders, 'content-type': `${type}; charset=utf-8` })
  response.end(body)
}
