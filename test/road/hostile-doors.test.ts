import { connect, type Socket } from 'node:net'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { HOUR_MS, SECOND_MS } from '../../contract/time.ts'
import { batchTopic, downFilter, upTopic } from '../../contract/topics.ts'
import { seededRandom } from '../../simulators/fleet.ts'
import { eventually } from '../fakes/eventually.ts'
import { fuzzRuns, seed } from '../suites/counts.ts'
import type { GatewayUnderTest } from './gateway-under-test.ts'
import { connectTo, ended } from './hand-driven-gateway.ts'
import { RoadUnderTest } from './road-under-test.ts'

let road: RoadUnderTest
let victim: GatewayUnderTest
let victimDevice: string
let evil: GatewayUnderTest

beforeEach(async () => {
  road = await RoadUnderTest.start()
  victim = await road.addGateway('Victim')
  ;[victimDevice = ''] = await road.addDevices(victim, [{ name: 'Camera' }])
  evil = await road.addGateway('Evil')
  await evil.stop()
  await road.pass(30 * SECOND_MS)
})

/** Whatever was tried, the site next door goes on as if nothing had been. */
async function expectSiteGoesOn(): Promise<void> {
  const before = await road.api.gateway(victim.id)
  await road.pass(25 * SECOND_MS)
  const after = await road.api.gateway(victim.id)
  expect(after).toMatchObject({ link: 'connected', refused: {}, spoolDepth: 0 })
  expect(after.lastApplied).toBeGreaterThan(before.lastApplied)
  expect((await road.api.device(victimDevice)).state).toBe('up')
  expect(await road.sampleTimes(victimDevice)).toEqual(victim.spooledTimes(victimDevice))
  expect((await road.api.tickets()).filter((ticket) => ticket.gatewayId === victim.id)).toEqual([])
}

/** How often the broker has turned somebody away, by reason. */
async function refusedAtDoor(): Promise<Record<string, number>> {
  const text = await (await fetch(`${road.url}/metrics`)).text()
  const lines = text.matchAll(/^stillwatch_door_refusals_total\{why="(\w+)"\} (\d+)$/gm)
  return Object.fromEntries(Array.from(lines, ([, why, count]) => [why, Number(count)]))
}

function openSocket(): Socket {
  const socket = connect(road.broker.port, '127.0.0.1')
  socket.on('error', () => undefined)
  // Nobody learns of the end of a socket that is not read.
  socket.resume()
  onTestFinished(() => void socket.destroy())
  return socket
}

const closed = (socket: Socket): Promise<void> =>
  socket.destroyed ? Promise.resolve() : new Promise((resolve) => socket.once('close', () => resolve()))

const drained = (socket: Socket): Promise<void> =>
  new Promise((resolve) => socket.once('drain', () => resolve()))

/** Writes without end until the other side has had enough; returns how many bytes it was willing to take. */
async function flood(socket: Socket, head: Buffer): Promise<number> {
  const chunk = Buffer.alloc(64 * 1024, 0x61)
  const end = closed(socket)
  socket.write(head)
  while (!socket.destroyed && socket.bytesWritten < 100 * 1024 * 1024) {
    if (!socket.write(chunk)) await Promise.race([drained(socket), end])
  }
  await end
  return socket.bytesWritten
}

/** First bytes of an MQTT frame that announces so many more. */
function announcing(type: number, length: number): Buffer {
  const bytes = [type]
  for (let left = length; left > 0; left = Math.floor(left / 128))
    bytes.push((left % 128) | (left >= 128 ? 0x80 : 0))
  return Buffer.from(bytes)
}

test('wrong passwords, unknown gateways and a client id that is not the user name are not let in', async () => {
  const { gatewayId, secret } = evil.identity
  await expect(connectTo(road, { gatewayId, secret: 'wrong' })).rejects.toThrow('Connection refused')
  await expect(connectTo(road, { gatewayId: 'nobody', secret })).rejects.toThrow('Connection refused')
  await expect(connectTo(road, { gatewayId, secret }, { clientId: victim.id })).rejects.toThrow(
    'Connection refused',
  )
  await expect(connectTo(road, { gatewayId, secret }, { username: victim.id })).rejects.toThrow(
    'Connection refused',
  )
  await expect(connectTo(road, { gatewayId: victim.id, secret })).rejects.toThrow('Connection refused')
  await expect(connectTo(road, { gatewayId, secret }, { clientId: '' })).rejects.toThrow()
  expect(await refusedAtDoor()).toMatchObject({ wrong_credentials: 6 })
  await expectSiteGoesOn()
})

test.each<[string, (id: string) => string]>([
  ["another gateway's batch", (id) => batchTopic(id, 1, 1)],
  ["another gateway's last will", (id) => upTopic(id, 'gone')],
  ["another gateway's ears", (id) => `stillwatch/1/${id}/down/config`],
  ['what nobody listens to', () => 'anything/else'],
  ['the system', () => '$SYS/broker'],
])('publishing as %s ends the connection and reaches nobody', async (_what, topic) => {
  const client = await connectTo(road, evil.identity)
  client.publish(topic(victim.id), '{"configVersion":{"generation":9,"version":9},"devices":[]}')
  await ended(client)
  expect(await refusedAtDoor()).toMatchObject({ wrong_topic: 1 })
  expect(victim.status().devices).toHaveLength(1)
  await expectSiteGoesOn()
})

test('a retained message is refused, and nobody gets it later', async () => {
  const client = await connectTo(road, evil.identity)
  client.publish(upTopic(evil.id, 'beat'), '{}', { retain: true })
  await ended(client)
  expect(await refusedAtDoor()).toMatchObject({ wrong_topic: 1 })
  await expectSiteGoesOn()
})

test("a gateway's own ears are the only ones it may have", async () => {
  const client = await connectTo(road, evil.identity)
  const heard: string[] = []
  client.on('message', (topic) => heard.push(topic))
  for (const filter of ['#', '+/+/+/down/#', downFilter(victim.id), `stillwatch/1/${evil.id}/#`, '$SYS/#']) {
    const refused = await client.subscribeAsync(filter).then(
      (granted) => granted.every((one) => one.qos === 128),
      () => true,
    )
    expect(refused, filter).toBe(true)
  }
  await expectSiteGoesOn()
  expect(heard).toEqual([])
})

test("a last will on another gateway's topic says nothing", async () => {
  const will = {
    topic: upTopic(victim.id, 'gone'),
    payload: Buffer.from('{}'),
    qos: 0 as const,
    retain: false,
  }
  const client = await connectTo(road, evil.identity, { will })
  client.stream.destroy()
  await ended(client)
  // Had it been heard, the victim would be lost ten seconds after its next silence.
  await expectSiteGoesOn()
  expect(await refusedAtDoor()).toMatchObject({ wrong_topic: 1 })
})

test('a hundred megabytes from somebody who has not signed in are cut off at the first bytes', async () => {
  const before = process.memoryUsage().rss
  const taken = await flood(openSocket(), announcing(0x10, 100 * 1024 * 1024))
  expect(taken).toBeLessThan(8 * 1024 * 1024)
  expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024)
  expect(await refusedAtDoor()).toEqual({ frame_too_long: 1 })
  await expectSiteGoesOn()
})

test('a frame of two megabytes from a gateway ends its connection', async () => {
  const client = await connectTo(road, evil.identity)
  client.publish(batchTopic(evil.id, 1, 1), Buffer.alloc(2 * 1024 * 1024, 0x61))
  await ended(client)
  expect(await refusedAtDoor()).toEqual({ frame_too_long: 1 })
  await expectSiteGoesOn()
})

test('somebody who says hello one byte at a time is not waited for longer than ten seconds', async () => {
  const socket = openSocket()
  const hello = Buffer.concat([
    announcing(0x10, 200),
    Buffer.from('\0\x04MQTT\x04\x02\0\x3c'),
    Buffer.alloc(190),
  ])
  const startedAt = performance.now()
  let sent = 0
  const drip = setInterval(() => socket.write(hello.subarray(sent, ++sent)), 100)
  onTestFinished(() => clearInterval(drip))
  await closed(socket)
  clearInterval(drip)
  expect(performance.now() - startedAt).toBeLessThan(12 * SECOND_MS)
  expect(sent).toBeGreaterThan(20)
  await expectSiteGoesOn()
})

test('one address holds no more than two hundred connections', async () => {
  const sockets = Array.from({ length: 300 }, openSocket)
  await eventually(
    'the rest is turned away',
    async () => ((await refusedAtDoor()).too_many_connections ?? 0) >= 100,
  )
  await eventually(
    'their sockets are closed',
    () => sockets.filter((socket) => socket.destroyed).length >= 100,
  )
  await expectSiteGoesOn()
  for (const socket of sockets) socket.destroy()
  await road.settled()
  await connectTo(road, evil.identity)
})

test(
  'bytes that mean nothing end the connection and nothing else',
  async () => {
    const random = seededRandom(seed)
    const tries = Math.min(300, Math.ceil(fuzzRuns / 20))
    for (let count = 0; count < tries; count += 1) {
      const socket = openSocket()
      const length = 1 + Math.floor(random() * 600)
      socket.end(Buffer.from(Array.from({ length }, () => Math.floor(random() * 256))))
      await closed(socket)
    }
    await expectSiteGoesOn()
  },
  HOUR_MS,
)
