import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { FakeClock } from '../fakes/fake-clock.ts'
import { listen, openMqttForTest, type RecordingEar } from '../fakes/mqtt-site.ts'
import { freePort, type PeerProcess, runPeer, startPeer } from '../fakes/peer-process.ts'
import { temporaryDirectory } from '../fakes/temporary-directory.ts'
import { describeWithPeers } from '../suites/peers.ts'

describeWithPeers(['mosquitto', 'mosquitto_pub'], 'a real mosquitto', ({ mosquitto, mosquitto_pub }) => {
  interface Site {
    url: string
    start(): Promise<PeerProcess>
    /** mosquitto_pub with these further parameters. */
    publish(...args: string[]): Promise<string>
    /** A client that stays connected for as long as it is not killed. */
    stay(...args: string[]): PeerProcess
  }

  async function site(...more: string[]): Promise<Site> {
    const port = await freePort('tcp')
    const folder = temporaryDirectory()
    chmodSync(folder, 0o755)
    const file = join(folder, 'mosquitto.conf')
    const passwords = join(folder, 'passwords')
    writeFileSync(passwords, '', { mode: 0o644 })
    await runPeer(mosquitto_pub.replace(/mosquitto_pub$/, 'mosquitto_passwd'), [
      '-b',
      passwords,
      'site',
      'secret',
    ])
    chmodSync(passwords, 0o644)
    const access = more.includes('login')
      ? `allow_anonymous false\npassword_file ${passwords}`
      : 'allow_anonymous true'
    writeFileSync(file, `listener ${port} 127.0.0.1\n${access}\nlog_dest stderr\n`)
    const at = ['-h', '127.0.0.1', '-p', String(port)]
    return {
      url: `mqtt://127.0.0.1:${port}`,
      async start() {
        const peer = startPeer(mosquitto, ['-c', file])
        await peer.says(/running/)
        return peer
      },
      publish: (...args) => runPeer(mosquitto_pub, [...at, ...args]),
      stay: (...args) => startPeer(mosquitto_pub.replace(/_pub$/, '_sub'), [...at, ...args]),
    }
  }

  const heardValues = async (ear: RecordingEar, count: number) =>
    (await ear.heardAtLeast(count)).map(({ samples }) => samples?.value)

  test('a live message is evidence and a kept one is not', async () => {
    const { url, start, publish } = await site()
    await start()
    await publish('-t', 'site/detector', '-m', '1', '-r', '-q', '1')
    const ear = listen(openMqttForTest(), { broker: url })
    await ear.state('hears')
    await publish('-t', 'site/detector', '-m', '2', '-r', '-q', '1')
    expect(await heardValues(ear, 1)).toEqual([2])
  })

  test('overlapping filters of several devices hear each message once', async () => {
    const { url, start, publish } = await site()
    await start()
    const driver = openMqttForTest()
    const ears = ['a/+', 'a/#', 'a/b', 'a/b', '#'].map((topic) => listen(driver, { broker: url, topic }))
    await Promise.all(ears.map((ear) => ear.state('hears')))
    await publish('-t', 'a/b', '-m', '1', '-q', '1')
    await publish('-t', 'a/b', '-m', '2', '-q', '1')
    for (const ear of ears) expect(await ear.heardAtLeast(2)).toHaveLength(2)
  })

  test('a client that is killed is reported offline by its last will', async () => {
    const { url, start, publish, stay } = await site()
    const broker = await start()
    const settings = { topic: 'door/value', availabilityTopic: 'door/status' }
    const ear = listen(openMqttForTest(), { broker: url, ...settings })
    await ear.state('hears')
    const will = ['--will-topic', 'door/status', '--will-payload', 'offline', '--will-qos', '1']
    const device = stay('-i', 'door', '-t', 'commands', ...will)
    await broker.says(/New client connected .* as door /)
    await publish('-t', 'door/value', '-m', '7', '-q', '1')
    await ear.heardAtLeast(1)
    await device.kill()
    const [, offline] = await ear.heardAtLeast(2)
    expect(offline).toMatchObject({ ok: false, alive: false, reason: 'reported_offline' })
  })

  test('a wrong login makes deaf as refused, the right one hears', async () => {
    const { url, start, publish } = await site('login')
    await start()
    const driver = openMqttForTest()
    const refused = [{}, { username: 'site', password: 'wrong' }].map((login) =>
      listen(driver, { broker: url, ...login }),
    )
    const right = listen(driver, { broker: url, username: 'site', password: 'secret' })
    await Promise.all(refused.map((ear) => ear.state('credentials_refused')))
    await right.state('hears')
    await publish('-u', 'site', '-P', 'secret', '-t', 'site/detector', '-m', '3')
    expect(await heardValues(right, 1)).toEqual([3])
  })

  test('a broker that is killed makes deaf, and is heard again when it is back', async () => {
    const { url, start, publish } = await site()
    const clock = new FakeClock()
    const broker = await start()
    const ear = listen(openMqttForTest({ clock }), { broker: url })
    await ear.state('hears')
    await broker.kill()
    await ear.state('connection_refused')
    await start()
    await clock.advance(1_000)
    await ear.state('hears')
    await publish('-t', 'site/detector', '-m', '4')
    expect(await heardValues(ear, 1)).toEqual([4])
  })
})
