import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { messageIdOf } from '../../../gateway/drivers/snmp/message-id.ts'
import { decodeRequest } from '../../../simulators/snmp/message.ts'
import { openSnmpForTest, snmpTarget, timed, within } from '../../fakes/snmp-gateway.ts'
import { udpDevice, uptimeReply } from '../../fakes/udp-device.ts'
import { fuzzParameters } from '../../suites/counts.ts'

const noise: [string, (request: Buffer) => Buffer][] = [
  ['garbage', () => Buffer.from('HTTP/1.1 400 Bad Request')],
  ['nothing at all in a datagram', () => Buffer.alloc(0)],
  ['one byte', () => Buffer.from([0x30])],
  ['the id of another question', (request) => uptimeReply(request, 1, { id: decodeRequest(request).id ^ 1 })],
]

for (const [what, reply] of noise) {
  test(`a device that sends ${what} has not answered`, async () => {
    const device = await udpDevice((request) => [reply(request)])
    const observation = await openSnmpForTest().probe(snmpTarget(device.port), within(2_000))
    expect(observation).toMatchObject({ ok: false, alive: false, reason: 'timeout' })
  })

  test(`the proper answer still counts after ${what}`, async () => {
    const device = await udpDevice((request) => [reply(request), uptimeReply(request)])
    const observation = await openSnmpForTest().probe(snmpTarget(device.port), within(2_000))
    expect(observation).toMatchObject({ ok: true, alive: true })
  })
}

test('a truncated answer with the right id proves life but not health, and a whole one after it still counts', async () => {
  const cut = (request: Buffer) => uptimeReply(request).subarray(0, -3)
  const driver = openSnmpForTest()
  const broken = await udpDevice((request) => [cut(request)])
  expect(await driver.probe(snmpTarget(broken.port), within(2_000))).toMatchObject({
    ok: false,
    alive: true,
    reason: 'protocol_error',
  })
  const clumsy = await udpDevice((request) => [cut(request), uptimeReply(request)])
  const target = snmpTarget(clumsy.port, {}, { deviceId: 'clumsy' })
  expect(await driver.probe(target, within(2_000))).toMatchObject({ ok: true })
})

test('an answer from another port does not count, even with the right id', async () => {
  const stranger = createSocket('udp4')
  onTestFinished(() => new Promise<void>((closed) => stranger.close(() => closed())))
  stranger.bind(0, '127.0.0.1')
  await once(stranger, 'listening')
  let asker = 0
  const device = await udpDevice((request) => {
    stranger.send(uptimeReply(request), asker, '127.0.0.1')
    return []
  })
  const driver = openSnmpForTest()
  // The first question tells the stranger where the gateway's socket is.
  const spy = createSocket('udp4')
  onTestFinished(() => new Promise<void>((closed) => spy.close(() => closed())))
  spy.on('message', (_bytes, from) => {
    asker = from.port
  })
  spy.bind(0, '127.0.0.1')
  await once(spy, 'listening')
  await driver.probe(snmpTarget(spy.address().port, {}, { deviceId: 'spy' }), within(500))
  expect(asker).toBeGreaterThan(0)
  expect(await driver.probe(snmpTarget(device.port), within(1_000))).toMatchObject({ reason: 'timeout' })
})

test('a second copy of an answer and an answer to an old question change nothing', async () => {
  let first: Buffer | undefined
  const device = await udpDevice((request) => {
    first ??= uptimeReply(request, 100)
    return [first, uptimeReply(request, 4_200), uptimeReply(request, 9_900)]
  })
  const driver = openSnmpForTest()
  await driver.check(snmpTarget(device.port), within(1_000))
  const { samples } = await driver.check(snmpTarget(device.port), within(1_000))
  expect(samples?.uptime_s).toBe(4_200)
})

test('an answer that comes after the deadline is ignored and the next check works', async () => {
  let late: Buffer | undefined
  const device = await udpDevice((request) => {
    if (late) return [uptimeReply(request)]
    late = uptimeReply(request)
    return []
  })
  const driver = openSnmpForTest()
  const target = snmpTarget(device.port, { timeoutMs: 5_000 })
  const [missed, tookMs] = await timed(driver.probe(target, within(200)))
  expect(missed).toMatchObject({ ok: false, reason: 'timeout' })
  expect(tookMs).toBeLessThan(2_500)
  device.send(late as Buffer)
  expect(await driver.probe(target, within(2_000))).toMatchObject({ ok: true })
})

test('a reply that claims to be signed SNMPv3 cannot stop the process of a v2c question', async () => {
  const signed = (id: number) => {
    const idBytes = Buffer.from([2, 4, id >>> 24, (id >>> 16) & 0xff, (id >>> 8) & 0xff, id & 0xff])
    const header = Buffer.concat([
      Buffer.from([0x30, 0x10]),
      idBytes,
      Buffer.from('0202ffff04010102 0103'.replaceAll(' ', ''), 'hex'),
    ])
    const security = Buffer.from('0410300e0400020100020100040004020102 0400'.replaceAll(' ', ''), 'hex')
    const scoped = Buffer.from('30110400 0400a20b020101020100020100 3000'.replaceAll(' ', ''), 'hex')
    header[1] = header.length - 2
    security[1] = security.length - 2
    security[3] = security.length - 4
    scoped[1] = scoped.length - 2
    const body = Buffer.concat([Buffer.from([2, 1, 3]), header, security, scoped])
    return Buffer.concat([Buffer.from([0x30, body.length]), body])
  }
  const device = await udpDevice((request) => [signed(decodeRequest(request).id)])
  const observation = await openSnmpForTest().probe(snmpTarget(device.port), within(2_000))
  expect(observation).toMatchObject({ ok: false, alive: true, reason: 'protocol_error' })
})

test('no bytes make the id reader throw, and it reads the id of every real message', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      const id = messageIdOf(Buffer.from(bytes))
      expect(id === undefined || Number.isInteger(id)).toBe(true)
    }),
    fuzzParameters(),
  )
})

test('damaged copies of a real answer are survived by one driver, which then still hears the whole one', async () => {
  let damage = (reply: Buffer) => [reply]
  const device = await udpDevice((request) => damage(uptimeReply(request)))
  const driver = openSnmpForTest()
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(60), fc.nat(255)), { minLength: 1, maxLength: 4 }),
      async (hits) => {
        damage = (reply) => {
          const copy = Buffer.from(reply)
          for (const [at, byte] of hits) copy[at % copy.length] = byte
          return [copy, copy.subarray(0, (hits[0]?.[0] ?? 0) % copy.length)]
        }
        const observation = await driver.check(snmpTarget(device.port, { timeoutMs: 100 }), within(20))
        for (const value of Object.values(observation.samples ?? {}))
          expect(Number.isFinite(value)).toBe(true)
      },
    ),
    { ...fuzzParameters(0.05) },
  )
  damage = (reply) => [reply]
  expect(await driver.probe(snmpTarget(device.port), within(2_000))).toMatchObject({ ok: true })
})
