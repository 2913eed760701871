import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { startProxy } from '../../simulators/proxy/proxy.ts'

async function udpEcho(): Promise<number> {
  const socket = createSocket('udp4')
  socket.on('message', (bytes, from) => socket.send(bytes, from.port, from.address))
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  onTestFinished(() => new Promise<void>((closed) => socket.close(() => closed())))
  return socket.address().port
}

async function tcpEcho(): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.pipe(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => new Promise<void>((closed) => server.close(() => closed())))
  return (server.address() as AddressInfo).port
}

/** Asks once; what came back while patience lasted, and after how long. */
async function udpAsk(port: number, patienceMs = 2_000): Promise<{ back: string | undefined; ms: number }> {
  const socket = createSocket('udp4')
  const start = performance.now()
  socket.send('hello', port, '127.0.0.1')
  const back = await new Promise<string | undefined>((resolve) => {
    socket.once('message', (bytes) => resolve(bytes.toString()))
    setTimeout(() => resolve(undefined), patienceMs)
  })
  socket.close()
  return { back, ms: performance.now() - start }
}

test('datagrams pass, are delayed, lost, cut off and garbled on command', async () => {
  const proxy = await startProxy({ kind: 'udp', to: { port: await udpEcho() }, random: () => 0.5 })
  onTestFinished(() => proxy.close())
  expect((await udpAsk(proxy.port)).back).toBe('hello')
  proxy.set({ delayMs: 20 })
  expect((await udpAsk(proxy.port)).ms).toBeGreaterThan(35)
  proxy.set({ delayMs: 0, lossRatio: 0.6 })
  expect((await udpAsk(proxy.port, 100)).back).toBeUndefined()
  proxy.set({ lossRatio: 0, mode: 'swallow' })
  expect((await udpAsk(proxy.port, 100)).back).toBeUndefined()
  proxy.set({ mode: 'garbage' })
  expect((await udpAsk(proxy.port)).back).not.toBe('hello')
  proxy.set({ mode: 'pass' })
  expect((await udpAsk(proxy.port)).back).toBe('hello')
})

test('a connection is cut with a reset, and new ones are refused until it is over', async () => {
  const proxy = await startProxy({ kind: 'tcp', to: { port: await tcpEcho() } })
  onTestFinished(() => proxy.close())
  const socket = connect(proxy.port, '127.0.0.1')
  socket.write('hello')
  expect(String((await once(socket, 'data'))[0])).toBe('hello')
  const closed = new Promise<boolean>((resolve) => socket.once('close', resolve))
  socket.on('error', () => {})
  proxy.set({ mode: 'cut' })
  expect(await closed).toBe(true)
  const refused = connect(proxy.port, '127.0.0.1')
  refused.on('error', () => {})
  await new Promise<void>((resolve) => refused.once('close', () => resolve()))
})

test('a half-open connection takes everything, answers nothing and does not learn of the end', async () => {
  const proxy = await startProxy({ kind: 'tcp', to: { port: await tcpEcho() } })
  onTestFinished(() => proxy.close())
  const socket = connect(proxy.port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  socket.write('one')
  await once(socket, 'data')
  proxy.set({ mode: 'swallow' })
  let heard = ''
  socket.on('data', (bytes) => {
    heard += bytes
  })
  socket.write('two')
  const other = await udpAskIsQuiet()
  expect([heard, socket.destroyed, other]).toEqual(['', false, true])
})

/** A round trip elsewhere on loopback: whatever was going to arrive has arrived by then. */
async function udpAskIsQuiet(): Promise<boolean> {
  return (await udpAsk(await udpEcho())).back === 'hello'
}
