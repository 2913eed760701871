import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { GatewayTimers } from '../../../server/ingest/gateway-timers.ts'
import { FakeClock } from '../../fakes/fake-clock.ts'
import { propertyParameters } from '../../suites/counts.ts'

function timers() {
  const clock = new FakeClock()
  const lost: { id: string; at: number }[] = []
  const watched = new GatewayTimers(clock, (id) => lost.push({ id, at: clock.monotonic() }))
  onTestFinished(() => watched.close())
  return { clock, lost, watched }
}

test('a gateway is lost once, thirty seconds after it was last heard', async () => {
  const { clock, lost, watched } = timers()
  watched.heard('gw')
  await clock.advance(29_000)
  expect(lost).toEqual([])
  await clock.advance(2_000)
  expect(lost.map(({ id }) => id)).toEqual(['gw'])
  await clock.advance(120_000)
  expect(lost).toHaveLength(1)
})

test('its last will shortens the wait to ten seconds, and being heard takes it back', async () => {
  const { clock, lost, watched } = timers()
  watched.heard('gw')
  watched.gone('gw')
  await clock.advance(8_000)
  watched.heard('gw')
  await clock.advance(20_000)
  expect(lost).toEqual([])
  watched.gone('gw')
  await clock.advance(11_000)
  expect(lost).toHaveLength(1)
})

test('a gateway that was only welcomed is lost when nothing follows, however often it greets', async () => {
  const { clock, lost, watched } = timers()
  watched.expect('gw')
  await clock.advance(20_000)
  watched.expect('gw')
  await clock.advance(12_000)
  expect(lost).toHaveLength(1)
})

test('time in which the server itself stood still is nobody’s fault', async () => {
  const { clock, lost, watched } = timers()
  watched.heard('gw')
  await clock.advance(5_000)
  await clock.pause(600_000)
  expect(lost).toEqual([])
  watched.heard('gw')
  await clock.advance(20_000)
  expect(lost).toEqual([])
})

test('a forgotten gateway is not lost, and nothing is left running at the end', async () => {
  const { clock, lost, watched } = timers()
  watched.heard('gw')
  watched.forget('gw')
  await clock.advance(60_000)
  expect(lost).toEqual([])
  watched.close()
  expect(clock.timers).toBe(0)
})

test('whatever pauses the server makes, no gateway is lost before thirty seconds of its running without a word', async () => {
  const events = fc.array(
    fc.tuple(fc.constantFrom('run', 'pause', 'heard'), fc.integer({ min: 1, max: 400 })),
    { maxLength: 20 },
  )
  await fc.assert(
    fc.asyncProperty(events, async (story) => {
      const clock = new FakeClock()
      let ranMs = 0
      const early: number[] = []
      const watched = new GatewayTimers(clock, () => ranMs < 28_000 && early.push(ranMs))
      watched.heard('gw')
      for (const [what, tenths] of story) {
        if (what === 'heard') watched.heard('gw')
        if (what === 'heard') ranMs = 0
        // Pauses of up to two seconds cannot be told from a busy moment.
        if (what === 'pause') await clock.pause(tenths * 100 + 4_000)
        if (what === 'run')
          for (let s = 0; s < tenths / 10; s += 1) await clock.advance(1_000).then(() => (ranMs += 1_000))
      }
      watched.close()
      expect(early).toEqual([])
    }),
    propertyParameters(0.05),
  )
})
