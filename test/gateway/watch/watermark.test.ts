import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Batch } from '../../../contract/road.ts'
import { keepDeviceList } from '../../../gateway/devices/cache.ts'
import type { Observation } from '../../../gateway/drivers/driver.ts'
import { Watermark } from '../../../gateway/watch/watermark.ts'
import { answer, type Behaviour, refusal } from '../../fakes/scripted-question.ts'
import { propertyParameters } from '../../suites/counts.ts'
import { deviceList, identityIn, listened, NOWHERE, spooled, startSite } from '../site.ts'

const INTERVAL_MS = 20_000
/** From the end of one check to the moment the next falls due: the grid may be a quarter of an interval late. */
const LONGEST_UNHELD_MS = 1.25 * INTERVAL_MS + 50

const behaviour: fc.Arbitrary<Behaviour> = fc.oneof(
  fc.record({ afterMs: fc.nat(8_000), says: fc.constantFrom(answer, refusal) }),
  fc.constant('never' as const),
)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ advance: fc.integer({ min: 1, max: 30_000 }) }) },
  { weight: 2, arbitrary: fc.record({ pause: fc.integer({ min: 1, max: 40_000 }) }) },
  { weight: 1, arbitrary: fc.record({ stepWall: fc.integer({ min: -3_600_000, max: 3_600_000 }) }) },
  { weight: 1, arbitrary: fc.constant({ restart: true as const }) },
  { weight: 1, arbitrary: fc.record({ deaf: fc.boolean() }) },
)

type Step =
  | { advance: number }
  | { pause: number }
  | { stepWall: number }
  | { restart: true }
  | { deaf: boolean }

/**
 * Looks at every batch as a server would that knows what the devices really did: nothing may be vouched for that was not carried out.
 */
function expectHonest(batches: readonly Batch[], asked: readonly string[]): void {
  const finished = new Map<string, number>()
  const lastStamp = new Map<string, number>()
  let span = 0
  let through = 0
  for (const batch of batches) {
    expect(batch.span).toBeGreaterThanOrEqual(span)
    if (batch.span > span) {
      span = batch.span
      through = batch.spanStart
      finished.clear()
      lastStamp.clear()
    }
    expect(batch.through).toBeGreaterThanOrEqual(through)
    through = batch.through
    const held = new Map<string, number>()
    for (const entry of batch.devices) {
      expect(entry.t).toBeGreaterThan(lastStamp.get(entry.id) ?? 0)
      lastStamp.set(entry.id, entry.t)
      expect(entry.evidenceAt ?? 0).toBeLessThanOrEqual(through)
      for (const check of entry.checks ?? []) finished.set(entry.id, check.at)
      if (entry.heldSince !== undefined) held.set(entry.id, entry.heldSince)
    }
    for (const id of asked) {
      const since = finished.get(id) ?? batch.spanStart
      const vouched = held.get(id) ?? through
      expect(vouched - since, `${id} in batch ${batch.seq}`).toBeLessThanOrEqual(LONGEST_UNHELD_MS)
    }
  }
}

test('the watermark never passes a check that was not carried out, through slow devices, pauses, clock steps and restarts', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(behaviour, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 5 }),
      fc.array(step, { minLength: 1, maxLength: 14 }),
      async (scripts, steps) => {
        const dataDir = mkdtempSync(join(tmpdir(), 'stillwatch-test-'))
        try {
          const asked = scripts.map((_, index) => `device ${index}`)
          await live(dataDir, scripts, steps)
          expectHonest(spooled(dataDir), asked)
        } finally {
          rmSync(dataDir, { recursive: true })
        }
      },
    ),
    propertyParameters(0.2),
  )
})

/** Runs a gateway over scripted devices and one door that is only listened to. */
async function live(dataDir: string, scripts: readonly Behaviour[][], steps: readonly Step[]) {
  const identity = identityIn(dataDir, NOWHERE)
  const devices = scripts.map((_, index) => ({ id: `device ${index}` }))
  keepDeviceList(dataDir, deviceList(identity, 1, [...devices, { id: 'door', drivers: listened }]))
  let running = await startSite(dataDir, identity)
  const { clock } = running
  const turns = scripts.map(() => 0)
  const ask = (id: string): Promise<Observation> => {
    const index = Number(id.split(' ')[1])
    const script = scripts[index] ?? []
    const next = script[(turns[index] ?? 0) % script.length] ?? 'never'
    turns[index] = (turns[index] ?? 0) + 1
    return new Promise((resolve) => {
      if (next !== 'never') clock.timer(next.afterMs, () => resolve(next.says))
    })
  }
  running.site.ask = ask
  for (const each of steps) {
    if ('advance' in each) await clock.advance(each.advance)
    if ('pause' in each) await clock.pause(each.pause)
    if ('stepWall' in each) clock.stepWall(each.stepWall)
    if ('deaf' in each)
      for (const ear of running.site.ears.values()) each.deaf ? ear.deaf('timeout', 'lost') : ear.hears()
    if ('restart' in each) {
      await running.gateway.close()
      running = await startSite(dataDir, identity, { clock })
      running.site.ask = ask
    }
  }
  await clock.advance(3_000)
  await running.gateway.close()
}

test('with more unfinished devices than a message can name, the watermark waits for those it cannot name', () => {
  const hold = fc.record({ id: fc.nat(12).map(String), hold: fc.boolean(), pass: fc.nat(100) })
  fc.assert(
    fc.property(fc.array(hold, { maxLength: 60 }), (steps) => {
      const watermark = new Watermark(3)
      const model = new Map<string, number>()
      let now = 1_000
      let before = 0
      watermark.startSpan(now)
      for (const each of steps) {
        now += each.pass
        if (each.hold && !model.has(each.id)) model.set(each.id, now)
        if (each.hold) watermark.hold(each.id, 'check', now)
        else {
          model.delete(each.id)
          watermark.release(each.id, 'check')
        }
        const { through, held } = watermark.vouch(now)
        expect(held.length).toBeLessThanOrEqual(3)
        expect(through).toBeGreaterThanOrEqual(before)
        before = through
        const named = new Set(held.map((one) => one.id))
        for (const [id, since] of model) if (!named.has(id)) expect(through).toBeLessThanOrEqual(since)
      }
    }),
    propertyParameters(),
  )
})
