import { type AddressInfo, createServer, type Server } from 'node:net'
import { systemClock } from '@stillwatch/contract/time.ts'
import pino from 'pino'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { AskedDriver, Observation, Target } from '../../../gateway/drivers/driver.ts'
import { openTcp } from '../../../gateway/drivers/tcp/driver.ts'
import { refusalOf } from '../../../gateway/drivers/tcp/refusal.ts'

type TcpDriver = AskedDriver<{ port: number }>

const target = (port: number, address = '127.0.0.1'): Target<{ port: number }> => ({
  deviceId: 'd1',
  name: 'A service',
  kind: 'service',
  address,
  settings: { port },
})

function openDriver(): TcpDriver {
  const driver = openTcp({ clock: systemClock, log: pino({ level: 'silent' }) }) as TcpDriver
  onTestFinished(() => driver.close())
  return driver
}

async function listening(
  onConnection: () => void = () => undefined,
): Promise<{ server: Server; port: number }> {
  const server = createServer(onConnection)
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { server, port: (server.address() as AddressInfo).port }
}

const ask = (
  driver: TcpDriver,
  port: number,
  ms = 2_000,
  signal = new AbortController().signal,
): Promise<Observation> => driver.check(target(port), { ms, signal })

describe('the tcp driver', () => {
  test('takes an accepted connection as a sign of life and says how long it took', async () => {
    const { port } = await listening()
    const observation = await ask(openDriver(), port)
    expect(observation).toMatchObject({ ok: true, alive: true })
    expect(observation.samples?.connect_ms).toBeGreaterThanOrEqual(0)
  })

  test('leaves no connection behind', async () => {
    let closed: (() => void) | undefined
    const ended = new Promise<void>((resolve) => {
      closed = resolve
    })
    const server = createServer((socket) => socket.resume().on('close', () => closed?.()))
    onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    await ask(openDriver(), (server.address() as AddressInfo).port)
    await ended
  })

  test('does not take a refused connection as a sign of life', async () => {
    const { server, port } = await listening()
    await new Promise<void>((resolve) => server.close(() => resolve()))
    const observation = await ask(openDriver(), port)
    expect(observation).toEqual({
      ok: false,
      alive: false,
      reason: 'connection_refused',
      detail: `port ${port} refuses connections`,
    })
  })

  test('settles when its deadline is aborted', async () => {
    const given = new AbortController()
    const { port } = await listening()
    const asked = ask(openDriver(), port, 60_000, given.signal)
    given.abort()
    expect(await asked).toMatchObject({ ok: false, reason: 'timeout' })
  })

  test.each([
    ['EHOSTUNREACH', 'host_unreachable'],
    ['ENETUNREACH', 'host_unreachable'],
    ['ENOTFOUND', 'name_not_found'],
    ['EAI_AGAIN', 'name_not_found'],
    ['ETIMEDOUT', 'timeout'],
    ['ECONNRESET', 'connection_refused'],
    ['EMFILE', 'host_unreachable'],
    [undefined, 'host_unreachable'],
  ])('reads the system error %s as %s, never as a sign of life', (code, reason) => {
    expect(refusalOf(code, 'port 1')).toMatchObject({ ok: false, alive: false, reason })
  })
})
