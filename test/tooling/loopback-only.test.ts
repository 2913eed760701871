import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'

/** The guard of test/suites/loopback-only.setup.ts is active in this file as in every other. */

const sockets: { close(): unknown }[] = []
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close()
})

const udp = () => {
  const socket = createSocket('udp4')
  sockets.push(socket)
  return socket
}

describe('a test', () => {
  it.each([
    ['an address of a neighbour', () => connect({ port: 80, host: '192.168.1.64' })],
    ['an address in the old form', () => connect(80, '10.0.0.1')],
    ['a name on the internet', () => connect({ port: 443, host: 'example.com' })],
    ['an IPv6 address', () => connect({ port: 80, host: '2001:db8::1' })],
    ['a web page', () => fetch('http://192.0.2.1/')],
    ['a UDP datagram', () => udp().send('hello', 161, '192.168.1.1')],
    ['a UDP datagram cut from a buffer', () => udp().send(Buffer.from('hello'), 0, 5, 161, '192.168.1.1')],
    ['a connected UDP socket', () => udp().connect(161, '192.168.1.1')],
  ])('cannot reach another machine: %s', async (_, reach) => {
    const refused = await Promise.resolve()
      .then(reach)
      .catch((error: Error) => `${error.message} ${String(error.cause ?? '')}`)
    expect(refused).toMatch(/tests talk to this machine only/)
  })

  it('reaches this machine over TCP and UDP', async () => {
    const server = createServer((socket) => socket.end('here'))
    sockets.push(server)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    const [answer] = await once(connect({ port, host: 'localhost' }), 'data')
    expect(String(answer)).toBe('here')

    const listener = udp()
    listener.bind(0, '127.0.0.1')
    await once(listener, 'listening')
    udp().send('hello', listener.address().port, '127.0.0.1')
    const [message] = await once(listener, 'message')
    expect(String(message)).toBe('hello')
  })
})
