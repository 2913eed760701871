import { once } from 'node:events'
import { createServer } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startMqttDetector } from '../../../simulators/mqtt/detector.ts'
import { startProxy } from '../../../simulators/proxy/proxy.ts'
import { FakeClock } from '../../fakes/fake-clock.ts'
import { listen, openMqttForTest, ownBroker, publisher, RecordingEar } from '../../fakes/mqtt-site.ts'

const GATEWAY = 'mqtt://gateway'

describe('hearing', () => {
  test('a message heard is evidence with its values; an ear hears only after the subscription is acknowledged', async () => {
    const broker = await ownBroker()
    const ear = listen(openMqttForTest({ ownBroker: broker }), { broker: GATEWAY })
    await ear.state('hears')
    const device = await publisher(broker.url)
    device.publish('site/detector', '{"battery_percent": 80, "tamper": false}')
    expect(await ear.heardAtLeast(1)).toEqual([
      { ok: true, alive: true, samples: { battery_percent: 80 }, facts: { tamper: false } },
    ])
    expect(ear.states[0]).not.toBe('hears')
  })

  test('what the broker kept is no evidence, and neither is being subscribed', async () => {
    const broker = await ownBroker()
    const device = await publisher(broker.url)
    await device.publishAsync('site/detector', '{"battery_percent": 80}', { retain: true, qos: 1 })
    await device.publishAsync('site/status', 'online', { retain: true, qos: 1 })
    const ear = listen(openMqttForTest({ ownBroker: broker }), {
      broker: GATEWAY,
      topic: 'site/#',
      availabilityTopic: 'site/status',
    })
    await ear.state('hears')
    await device.publishAsync('site/detector', '{"battery_percent": 79}', { retain: true, qos: 1 })
    const [first] = await ear.heardAtLeast(1)
    expect(first).toMatchObject({ samples: { battery_percent: 79 } })
  })

  test('two devices on one topic both hear it once, and overlapping filters do not double it', async () => {
    const broker = await ownBroker()
    const driver = openMqttForTest({ ownBroker: broker })
    const ears = ['site/a/state', 'site/a/state', 'site/+/state', 'site/#', 'site/b/state'].map((topic) =>
      listen(driver, {
        broker: GATEWAY,
        topic,
        availabilityTopic: topic === 'site/#' ? 'site/a/+' : 'nothing',
      }),
    )
    await Promise.all(ears.map((ear) => ear.state('hears')))
    const device = await publisher(broker.url)
    await device.publishAsync('site/a/state', '1', { qos: 1 })
    await device.publishAsync('site/b/state', '2', { qos: 1 })
    await ears[4]?.heardAtLeast(1)
    expect(ears.map((ear) => ear.observations.length)).toEqual([1, 1, 2, 2, 1])
  })

  test('a last will is heard at once', async () => {
    const broker = await ownBroker()
    const availabilityTopic = 'site/status'
    const ear = listen(openMqttForTest({ ownBroker: broker }), { broker: GATEWAY, availabilityTopic })
    await ear.state('hears')
    const detector = await startMqttDetector({
      brokerUrl: broker.url,
      topic: 'site/detector',
      everyMs: 60_000,
      availabilityTopic,
    })
    await ear.heardAtLeast(1)
    await detector.speak()
    await detector.die()
    const [birth, value, will] = await ear.heardAtLeast(3)
    expect([birth?.alive, value?.samples?.battery_percent, will?.reason]).toEqual([
      true,
      87,
      'reported_offline',
    ])
  })

  test('a kept message and the one after it arrive in their order, both of them', async () => {
    const broker = await ownBroker()
    const ear = listen(openMqttForTest({ ownBroker: broker }), { broker: GATEWAY })
    await ear.state('hears')
    const device = await publisher(broker.url)
    device.publish('site/detector', '1', { retain: true })
    device.publish('site/detector', '2')
    expect((await ear.heardAtLeast(2)).map(({ samples }) => samples?.value)).toEqual([1, 2])
  })

  test('a device that is removed hears no more while its neighbour does', async () => {
    const broker = await ownBroker()
    const driver = openMqttForTest({ ownBroker: broker })
    const [gone, stays] = [
      listen(driver, { broker: GATEWAY }),
      listen(driver, { broker: GATEWAY, topic: 'site/+' }),
    ]
    await Promise.all([gone.state('hears'), stays.state('hears')])
    gone.stop()
    const device = await publisher(broker.url)
    await device.publishAsync('site/detector', '1', { qos: 1 })
    await stays.heardAtLeast(1)
    expect(gone.observations).toEqual([])
  })

  test('a device added while the link is up hears as well', async () => {
    const broker = await ownBroker()
    const driver = openMqttForTest({ ownBroker: broker })
    await listen(driver, { broker: GATEWAY }).state('hears')
    const late = listen(driver, { broker: GATEWAY, topic: 'late/+' })
    const twin = listen(driver, { broker: GATEWAY, topic: 'late/+' })
    await Promise.all([late.state('hears'), twin.state('hears')])
    const device = await publisher(broker.url)
    device.publish('late/x', '1')
    await Promise.all([late.heardAtLeast(1), twin.heardAtLeast(1)])
  })
})

describe('being deaf', () => {
  test('without a broker there the ears are deaf and say why', async () => {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' && address ? address.port : 0
    await new Promise<void>((closed) => server.close(() => closed()))
    const ear = listen(openMqttForTest(), { broker: `mqtt://127.0.0.1:${port}` })
    await ear.state('connection_refused')
    expect(ear.details.at(-1)).toContain(`127.0.0.1:${port}`)
  })

  test('a wrong password makes every device of that login deaf, and never appears in the reason', async () => {
    const broker = await ownBroker({ username: 'site', password: 'right' })
    const driver = openMqttForTest()
    const wrong = { broker: broker.url, username: 'site', password: 'wrong-secret' }
    const ears = [listen(driver, wrong), listen(driver, { ...wrong, topic: 'other' })]
    const fine = listen(driver, { ...wrong, password: 'right' })
    await Promise.all([...ears.map((ear) => ear.state('credentials_refused')), fine.state('hears')])
    expect(ears.flatMap((ear) => ear.details).join()).not.toContain('wrong-secret')
  })

  test('settings that can never work say so at once', () => {
    const driver = openMqttForTest()
    expect(listen(driver, { broker: GATEWAY }).states).toEqual(['unsupported'])
    expect(listen(driver, { topic: 'a/#/b' }).details.join()).toContain('a/#/b')
  })

  test('a cut link makes deaf at once, and hearing comes back by itself', async () => {
    const broker = await ownBroker()
    const port = Number(new URL(broker.url).port)
    const proxy = await startProxy({ kind: 'tcp', to: { port } })
    onTestFinished(() => proxy.close())
    const clock = new FakeClock()
    const ear = listen(openMqttForTest({ clock }), { broker: `mqtt://127.0.0.1:${proxy.port}` })
    await ear.state('hears')
    proxy.set({ mode: 'cut' })
    await ear.state('connection_refused')
    proxy.set({ mode: 'pass' })
    await clock.advance(1_000)
    await ear.state('hears')
    const device = await publisher(broker.url)
    device.publish('site/detector', '5')
    expect(await ear.heardAtLeast(1)).toMatchObject([{ samples: { value: 5 } }])
  })

  test('the pauses between attempts grow and the link of the last device ends with it', async () => {
    const clock = new FakeClock()
    const refusals: number[] = []
    const server = createServer((socket) => {
      refusals.push(clock.monotonic())
      socket.destroy()
      server.emit('refused')
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => new Promise<void>((closed) => server.close(() => closed())))
    const address = server.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const ear = new RecordingEar()
    const driver = openMqttForTest({ clock })
    const settings = { topic: 'a', offlinePayload: 'offline', broker: `mqtt://127.0.0.1:${port}` }
    const stop = driver.listen(
      { deviceId: 'd', name: 'd', kind: 'detector', address: '127.0.0.1', settings },
      ear,
    )
    for (let failures = 0; failures < 4; failures++) {
      await ear.state('connection_refused')
      ear.states.length = 0
      expect(refusals).toHaveLength(failures + 1)
      const waited = 1_000 * 2 ** failures
      await clock.advance(waited * 0.49)
      expect(refusals).toHaveLength(failures + 1)
      await clock.advance(waited)
    }
    await ear.state('connection_refused')
    stop()
    expect(clock.timers).toBe(0)
  })
})
