import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Observation } from '../../../gateway/drivers/driver.ts'
import type { Outcome } from '../../../gateway/poll/due-check.ts'
import { type PolledDevice, Poller } from '../../../gateway/poll/poller.ts'
import { FakeClock } from '../../fakes/fake-clock.ts'
import { answer, type Behaviour, refusal, ScriptedQuestion } from '../../fakes/scripted-question.ts'
import { propertyParameters } from '../../suites/counts.ts'

type Told = { id: string; at: number; what: 'due' | 'finished' | Outcome }

function rig(options: { inFlightCap?: number; random?: () => number } = {}) {
  const clock = new FakeClock()
  const told: Told[] = []
  const tell = (id: string, what: Told['what']) => told.push({ id, at: clock.monotonic(), what })
  const poller = new Poller({
    clock,
    random: () => 0,
    due: (id) => tell(id, 'due'),
    outcome: (id, outcome) => tell(id, outcome),
    finished: (id) => tell(id, 'finished'),
    ...options,
  })
  const add = (id: string, behaviour: () => Behaviour, device: Partial<PolledDevice> = {}) => {
    const question = new ScriptedQuestion(clock, behaviour)
    poller.set({ id, intervalMs: 20_000, windowMs: 60_000, dependsOn: [], questions: [question], ...device })
    told.length = 0
    return question
  }
  const outcomes = (id: string): Outcome[] =>
    told.flatMap((one) => (one.id === id && typeof one.what === 'object' ? [one.what] : []))
  return { clock, poller, add, told, outcomes }
}

const promptly = (): Behaviour => ({ afterMs: 10, says: answer })
const never = (): Behaviour => 'never'

test('a device that answers is asked on its own grid', async () => {
  const { clock, add } = rig()
  const question = add('a', promptly)
  await clock.advance(100_000)
  expect(question.askedAt).toEqual([1, 20_000, 40_000, 60_000, 80_000, 100_000])
})

test('after a first miss a device is asked again 3, 8 and 15 seconds later', async () => {
  const { clock, add } = rig()
  const question = add('a', () => ({ afterMs: 0, says: refusal }))
  await clock.advance(19_000)
  const missedAt = question.askedAt[0] ?? 0
  expect(question.askedAt.slice(1).map((at) => at - missedAt)).toEqual([3_000, 8_000, 15_000])
})

test('a check without an answer is missed half a second after its deadline, and a late answer is still told', async () => {
  const { clock, add, outcomes, told } = rig()
  add('a', () => ({ afterMs: 7_000, says: answer }))
  await clock.advance(5_502)
  expect(outcomes('a').map((one) => one.observation.reason)).toEqual(['timeout'])
  expect(told.at(-1)).toMatchObject({ what: 'finished' })
  await clock.advance(1_500)
  expect(outcomes('a').at(-1)).toMatchObject({ observation: { ok: true, alive: true } })
})

test('when the silence deadline passes, a check on its way has half a second left', async () => {
  const { clock, add, poller, outcomes } = rig()
  add('a', never)
  await clock.advance(1_000)
  poller.silenceDeadline('a')
  await clock.advance(499)
  expect(outcomes('a')).toEqual([])
  await clock.advance(1)
  expect(outcomes('a')).toMatchObject([{ observation: { reason: 'timeout' } }])
})

test('a process that stood still reads its sockets before it calls a check missed', async () => {
  const { clock, poller, add, outcomes } = rig()
  add('a', promptly)
  let read: (answer: Observation) => void = () => undefined
  const ask = () => new Promise<Observation>((resolve) => (read = resolve))
  const question = { check: 'snmp', ask, probe: ask }
  poller.set({ id: 'a', intervalMs: 20_000, windowMs: 60_000, dependsOn: [], questions: [question] })
  await clock.advance(50)
  await clock.pause(20_000)
  read(answer)
  await clock.advance(1_000)
  expect(outcomes('a').map((one) => one.observation.ok)).toEqual([true])
})

test('what was in flight while nobody watched says nothing and is asked again at once', async () => {
  const { clock, add, poller, told, outcomes } = rig()
  const question = add('a', never)
  await clock.advance(1_000)
  poller.startAgain()
  await clock.advance(1)
  expect(question.askedAt).toEqual([1, 1_000])
  expect(outcomes('a')).toEqual([])
  expect(told.filter((one) => one.what === 'finished')).toEqual([])
})

test('the ancestors of a device that misses are probed, each at most once a second, until one answer or three misses', async () => {
  const { clock, add } = rig({ random: () => 0.5 })
  const far = { intervalMs: 600_000, windowMs: 1_800_000 }
  const dead = add('dead switch', never, far)
  const alive = add('switch', promptly, far)
  for (let i = 0; i < 12; i += 1)
    add(`camera ${i}`, () => ({ afterMs: i * 50, says: refusal }), { dependsOn: ['dead switch', 'switch'] })
  await clock.advance(60_000)
  for (const { probedAt } of [dead, alive])
    for (const [index, at] of probedAt.entries())
      expect(at - (probedAt[index - 1] ?? Number.NEGATIVE_INFINITY)).toBeGreaterThanOrEqual(1_000)
  expect(dead.probedAt.length).toBeGreaterThanOrEqual(3)
  expect(alive.probedAt.length).toBeGreaterThanOrEqual(1)
  expect(dead.askedAt.length).toBeGreaterThan(0)
})

test('probes still get through when every check hangs', async () => {
  const { clock, add } = rig({ inFlightCap: 10 })
  const ancestor = add('switch', promptly, { intervalMs: 3_600_000, windowMs: 7_200_000 })
  for (let i = 0; i < 100; i += 1) add(`camera ${i}`, never, { dependsOn: ['switch'] })
  await clock.advance(7_000)
  expect(ancestor.probedAt.length).toBeGreaterThan(0)
})

test('a device can be asked now, and two who ask get the same answer', async () => {
  const { clock, add, poller } = rig({ random: () => 0.9 })
  const question = add('a', promptly)
  const both = Promise.all([poller.askNow('a', 5_000), poller.askNow('a', 5_000)])
  await clock.advance(100)
  const [first, second] = await both
  expect(first).toMatchObject([{ check: 'snmp', observation: { ok: true } }])
  expect(second).toEqual(first)
  expect(question.askedAt).toHaveLength(1)
  expect(poller.askNow('nobody', 5_000)).toBeUndefined()
})

test('who asks and does not want to wait hears that there was no answer yet; the check goes on and is no miss', async () => {
  const { clock, add, poller, outcomes } = rig({ random: () => 0.9 })
  const question = add('a', () => ({ afterMs: 1_000, says: answer }))
  const impatient = poller.askNow('a', 50)
  const patient = poller.askNow('a', 5_000)
  await clock.advance(50)
  expect(await impatient).toMatchObject([
    { check: 'snmp', observation: { ok: false, reason: 'timeout' }, tookMs: 50 },
  ])
  expect(outcomes('a')).toEqual([])
  await clock.advance(950)
  expect(outcomes('a')).toMatchObject([{ observation: { ok: true } }])
  expect(await patient).toMatchObject([{ observation: { ok: true } }])
  await clock.advance(15_000)
  expect(question.askedAt).toHaveLength(1)
})

test('an ask whose device is still waiting for its turn ends without a word about the device', async () => {
  const { clock, add, poller } = rig({ inFlightCap: 2, random: () => 0.9 })
  add('a', never)
  add('b', promptly)
  void poller.askNow('a', 60_000)
  const waiting = poller.askNow('b', 1_000)
  await clock.advance(1_000)
  expect(await waiting).toEqual([])
})

test('a device taken away is not asked any more and what it still says is not told', async () => {
  const { clock, add, poller, told } = rig()
  const question = add('a', () => ({ afterMs: 1_000, says: answer }))
  await clock.advance(500)
  poller.remove('a')
  told.length = 0
  await clock.advance(120_000)
  expect(told).toEqual([])
  expect(question.askedAt).toHaveLength(1)
  expect(poller.inFlight).toBe(0)
})

const behaviour: fc.Arbitrary<Behaviour> = fc.oneof(
  fc.record({ afterMs: fc.nat(9_000), says: fc.constantFrom(answer, refusal) }),
  fc.constant('never' as const),
)

const fleet = fc.array(
  fc.record({
    script: fc.array(behaviour, { minLength: 1, maxLength: 6 }),
    intervalMs: fc.integer({ min: 2_000, max: 40_000 }),
    windowFactor: fc.integer({ min: 1, max: 5 }),
    parent: fc.nat(30),
  }),
  { minLength: 1, maxLength: 25 },
)

test('never more in flight than allowed, nobody asked twice at once, everybody asked in turn', async () => {
  await fc.assert(
    fc.asyncProperty(
      fleet,
      fc.integer({ min: 2, max: 30 }),
      fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
      async (devices, cap, stream) => {
        const { clock, poller, add, told } = rig({
          inFlightCap: cap,
          random: () => Number(stream.next().value),
        })
        const questions = devices.map(({ script, intervalMs, windowFactor, parent }, index) => {
          let step = 0
          const next = () => script[step++ % script.length] ?? 'never'
          const windowMs = intervalMs * windowFactor
          return {
            windowMs,
            question: add(`${index}`, next, { intervalMs, windowMs, dependsOn: [`${parent}`] }),
          }
        })
        for (let second = 0; second < 120; second += 1) {
          poller.silenceDeadline(`${second % 7}`)
          await clock.advance(1_000)
          expect(poller.inFlight).toBeLessThanOrEqual(cap)
          expect(poller.inFlight).toBeGreaterThanOrEqual(0)
        }
        // Every check holds its place for 5.5 s at most, so this is how long the whole fleet can take for one turn.
        const turnMs =
          Math.ceil(devices.length / Math.max(1, cap - Math.max(1, Math.ceil(cap * 0.1)))) * 5_500
        for (const [index, { question, windowMs }] of questions.entries()) {
          expect(question.mostAtOnce).toBeLessThanOrEqual(1)
          const asked = [0, ...question.askedAt, clock.monotonic()]
          const gaps = asked.slice(1).map((at, i) => at - (asked[i] ?? 0))
          expect(Math.max(...gaps)).toBeLessThanOrEqual(windowMs + 5_500 + turnMs)
          const dues = told
            .filter((one) => one.id === `${index}` && typeof one.what === 'string')
            .map((one) => one.what)
          for (const [i, what] of dues.entries())
            if (what === 'due' && i > 0) expect(dues[i - 1]).toBe('finished')
        }
        poller.stop()
        await clock.advance(60_000)
        expect(poller.inFlight).toBe(0)
      },
    ),
    propertyParameters(0.1),
  )
})
