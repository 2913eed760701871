import { once } from 'node:events'
import { connect } from 'node:net'
import type { MqttClient } from 'mqtt'
import { expect, test } from 'vitest'
import { ownBroker, publisher } from '../../fakes/mqtt-site.ts'

/** `once` would reject on the error that comes before the close. */
const closeOf = (client: MqttClient) => new Promise<void>((closed) => client.once('close', () => closed()))

const portOf = (url: string) => Number(new URL(url).port)

/** A PUBLISH or CONNECT header that promises `length` bytes to come. */
function promising(header: number, length: number): Buffer {
  const bytes = [header]
  for (let rest = length; bytes.length === 1 || rest > 0; rest = Math.floor(rest / 128)) {
    bytes.push((rest % 128) | (rest >= 128 ? 0x80 : 0))
  }
  return Buffer.from(bytes)
}

test('somebody who has not signed in cannot make it buffer more than 4 KB', async () => {
  const broker = await ownBroker()
  const socket = connect(portOf(broker.url), '127.0.0.1')
  socket.on('error', () => {})
  socket.write(promising(0x10, 5_000))
  await once(socket, 'close')
})

test('a device may say 64 KiB and is cut off for saying 200,000 bytes, others stay', async () => {
  const broker = await ownBroker()
  const [modest, loud] = [await publisher(broker.url), await publisher(broker.url)]
  await modest.publishAsync('a', Buffer.alloc(64 * 1024), { qos: 1 })
  const closed = closeOf(loud)
  loud.publish('a', Buffer.alloc(200_000))
  await closed
  await modest.publishAsync('a', 'still here', { qos: 1 })
})

test('a user name and password are asked for when they are set', async () => {
  const broker = await ownBroker({ username: 'site', password: 'secret' })
  await publisher(broker.url, { username: 'site', password: 'secret' })
  for (const login of [
    {},
    { username: 'site' },
    { username: 'site', password: 'secre' },
    { username: 'other', password: 'secret' },
  ]) {
    await expect(publisher(broker.url, login)).rejects.toThrow()
  }
})

test('no more clients than agreed get in, and the ones inside stay', async () => {
  const broker = await ownBroker({ maxClients: 1 })
  const inside = await publisher(broker.url)
  await expect(publisher(broker.url)).rejects.toThrow()
  await inside.publishAsync('a', 'b', { qos: 1 })
})

test('nobody may speak on the topics of the broker itself', async () => {
  const broker = await ownBroker()
  const client = await publisher(broker.url)
  const closed = closeOf(client)
  client.publish('$SYS/broker/clients', '0')
  await closed
})
