import { get } from 'node:https'
import type { AddressInfo } from 'node:net'
import pino from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { buildHttp } from '../../../server/http/app.ts'
import { testCertificate } from '../../fakes/test-certificate.ts'

test('with a certificate the server speaks https and nothing else', async () => {
  const app = await buildHttp({
    log: pino({ level: 'silent' }),
    version: '0.0.0',
    tls: testCertificate,
    secure: true,
    dashboardDir: '/nowhere',
    guard: () => undefined,
  })
  onTestFinished(() => app.close())
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  const status = await new Promise((resolve, reject) => {
    get(
      { port, host: '127.0.0.1', path: '/api/nothing', ca: testCertificate.cert, agent: false },
      (answer) => {
        answer.resume().on('end', () => resolve(answer.statusCode))
      },
    ).on('error', reject)
  })
  expect(status).toBe(404)
  await expect(fetch(`http://127.0.0.1:${port}/api/nothing`)).rejects.toThrow()
})
