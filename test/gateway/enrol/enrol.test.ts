import { once } from 'node:events'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../../contract/time.ts'
import { EnrolmentRefused, enrol } from '../../../gateway/enrol/enrol.ts'
import { hashOf, readIdentity } from '../../../gateway/enrol/identity.ts'
import { FakeClock } from '../../fakes/fake-clock.ts'
import { RoadServer } from '../../fakes/road-server.ts'
import { temporaryDirectory } from '../../fakes/temporary-directory.ts'
import { testCertificate } from '../../fakes/test-certificate.ts'
import { identityIn, NOWHERE, silentLog, spooled, startSite } from '../site.ts'

const CODE = '7K3M-Q9TX-0ABC'
const granted = { gatewayId: 'gateway-9', epoch: 3, mqttUrl: NOWHERE, now: 1_234 }

type Answer = { status: number; body: object } | 'hang up'

/** Answers enrolments in this order, the last one again and again, and remembers what was asked. */
async function startEnrolments(answers: Answer[], secure = false) {
  const asked: Record<string, string>[] = []
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    asked.push(JSON.parse(Buffer.concat(await request.toArray()).toString()))
    const answer = (answers.length > 1 ? answers.shift() : answers[0]) ?? 'hang up'
    if (answer === 'hang up') return request.socket.destroy()
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body))
  }
  const server = secure ? createTlsServer(testCertificate, handle) : createServer(handle)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { asked, url: `${secure ? 'https' : 'http'}://127.0.0.1:${port}` }
}

const options = (dataDir: string, clock = systemClock) => ({
  dataDir,
  software: 'test',
  clock,
  log: silentLog,
})

test('a gateway shows only the hash of its secret, and keeps what it was granted for itself', async () => {
  const dataDir = temporaryDirectory()
  const { asked, url } = await startEnrolments([{ status: 201, body: granted }])
  const identity = await enrol(options(dataDir), { server: url, code: CODE })
  expect(identity).toMatchObject({ gatewayId: 'gateway-9', epoch: 3, mqttUrl: 'mqtt://127.0.0.1:9' })
  expect(identity.secret).toMatch(/^[0-9a-f]{64}$/)
  expect(asked).toHaveLength(1)
  expect(asked[0]).toMatchObject({ code: CODE, secretHash: hashOf(identity.secret), software: 'test' })
  expect(JSON.stringify(asked)).not.toContain(identity.secret)
  expect(readIdentity(dataDir)).toEqual(identity)
  expect(statSync(join(dataDir, 'identity.json')).mode & 0o777).toBe(0o600)
  expect(existsSync(join(dataDir, 'enrolment.json'))).toBe(false)
})

test('the secret is on the disk before it is sent, and a lost answer is asked for again with the same one', async () => {
  const dataDir = temporaryDirectory()
  const { asked, url } = await startEnrolments([
    'hang up',
    { status: 503, body: {} },
    { status: 201, body: granted },
  ])
  const clock = new FakeClock()
  const enrolling = enrol(options(dataDir, clock), { server: url, code: CODE })
  let done = false
  void enrolling.finally(() => {
    done = true
  })
  while (asked.length === 0) await new Promise((resolve) => setImmediate(resolve))
  const kept = JSON.parse(readFileSync(join(dataDir, 'enrolment.json'), 'utf8'))
  expect(hashOf(kept.secret)).toBe(asked[0]?.secretHash)
  while (!done) await clock.advance(1_000)
  expect((await enrolling).secret).toBe(kept.secret)
  expect(new Set(asked.map((each) => each.secretHash)).size).toBe(1)
  expect(asked).toHaveLength(3)
})

test('a refusal is final and says why', async () => {
  const refusal = { code: 'enrolment_refused', message: 'The enrolment code is wrong, used or too old.' }
  const { url } = await startEnrolments([{ status: 403, body: refusal }])
  const enrolling = enrol(options(temporaryDirectory()), { server: url, code: CODE })
  await expect(enrolling).rejects.toThrow(EnrolmentRefused)
  await expect(enrolling).rejects.toThrow('The enrolment code is wrong, used or too old.')
})

test('started again with the same code, a gateway stays who it is without asking', async () => {
  const dataDir = temporaryDirectory()
  const { asked, url } = await startEnrolments([{ status: 201, body: granted }])
  const first = await enrol(options(dataDir), { server: url, code: CODE })
  expect(await enrol(options(dataDir), { server: url, code: CODE })).toEqual(first)
  expect(asked).toHaveLength(1)
  const again = await enrol(options(dataDir), { server: url, code: 'A-NEW-CODE' })
  expect(again.secret).not.toBe(first.secret)
})

test('enrolled anew, a gateway keeps its spool under its new name and numbers', async () => {
  const dataDir = temporaryDirectory()
  const before = await startSite(dataDir, identityIn(dataDir, NOWHERE))
  await before.clock.advance(60_000)
  await before.gateway.close()
  const server = await new RoadServer('gateway-9').start()
  onTestFinished(() => server.stop())
  server.epoch = 3
  const identity = identityIn(dataDir, server.url, { gatewayId: 'gateway-9', epoch: 3 })
  const after = await startSite(dataDir, identity)
  onTestFinished(() => after.gateway.close())
  await server.until(() => server.lastApplied >= 3)
  expect(server.wrong).toEqual([])
  expect(server.applied[0]?.batch).toMatchObject({ seq: 1, epoch: 3, gatewayId: 'gateway-9' })
  const ids = new Set(server.applied.flatMap(({ batch }) => batch.devices.map((entry) => entry.id)))
  expect([...ids]).toEqual(['gateway-9'])
})

test('what the server had before, whether or not its word of it arrived, does not come again under new numbers', async () => {
  const dataDir = temporaryDirectory()
  const before = await startSite(dataDir, identityIn(dataDir, NOWHERE))
  await before.clock.advance(60_000)
  await before.gateway.close()
  const kept = spooled(dataDir)
  const applied = { epoch: 1, through: kept.length - 1 }
  const { url } = await startEnrolments([
    { status: 201, body: { ...granted, gatewayId: 'gateway-1', applied } },
  ])
  const identity = await enrol(options(dataDir), { server: url, code: CODE })
  const after = await startSite(dataDir, identity)
  await after.gateway.close()
  expect(spooled(dataDir)[0]).toMatchObject({ epoch: 3, seq: 1, devices: kept.at(-1)?.devices })
})

test('what the server had of another gateway says nothing about this spool', async () => {
  const dataDir = temporaryDirectory()
  const before = await startSite(dataDir, identityIn(dataDir, NOWHERE))
  await before.clock.advance(60_000)
  await before.gateway.close()
  const count = spooled(dataDir).length
  const applied = { epoch: 1, through: count - 1 }
  const other = identityIn(dataDir, NOWHERE, { gatewayId: 'gateway-9', epoch: 3, applied })
  const after = await startSite(dataDir, other)
  await after.gateway.close()
  expect(spooled(dataDir).length).toBeGreaterThanOrEqual(count)
})

test('a certificate named in the code is trusted for enrolment and for the link, and no other is', async () => {
  const dataDir = temporaryDirectory()
  const road = await new RoadServer('gateway-9', testCertificate).start()
  onTestFinished(() => road.stop())
  const { asked, url } = await startEnrolments(
    [{ status: 201, body: { ...granted, mqttUrl: road.url } }],
    true,
  )
  const code = `${CODE}.${testCertificate.fingerprint}`
  const identity = await enrol(options(dataDir), { server: url, code })
  expect(asked[0]?.code).toBe(CODE)
  const { gateway } = await startSite(dataDir, identity)
  onTestFinished(() => gateway.close())
  await road.until(() => gateway.status().link === 'live')
})

test.each([
  ['another fingerprint', `${CODE}.${'00'.repeat(32)}`],
  ['no fingerprint', CODE],
])('with %s nothing is sent to a server nobody vouches for', async (_, code) => {
  const { asked, url } = await startEnrolments([{ status: 201, body: granted }], true)
  const clock = new FakeClock()
  const logged: string[] = []
  const log = Object.assign(Object.create(silentLog), {
    warn: (about: { reason: string }) => logged.push(about.reason),
  })
  void enrol({ ...options(temporaryDirectory(), clock), log }, { server: url, code })
  while (logged.length === 0) await new Promise((resolve) => setImmediate(resolve))
  expect(asked).toEqual([])
  expect(logged[0]).toMatch(/certificate/)
})
