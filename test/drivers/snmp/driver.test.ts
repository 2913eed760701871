import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../../contract/time.ts'
import { startProxy } from '../../../simulators/proxy/proxy.ts'
import { type SnmpAgent, type SnmpAgentOptions, startSnmpAgent } from '../../../simulators/snmp/agent.ts'
import { recorderValues, switchValues, systemGroup, upsValues } from '../../../simulators/snmp/devices.ts'
import type { MibValue, MibValues } from '../../../simulators/snmp/mib.ts'
import { FakeClock } from '../../fakes/fake-clock.ts'
import { openSnmpForTest, snmpTarget, timed, within } from '../../fakes/snmp-gateway.ts'

const half = () => 0.5
/** Long for a loaded machine, short beside the 5 s and more that the library would wait by itself. */
const MUCH_LESS_MS = 2_500
const system = systemGroup({
  descr: 'Test agent',
  objectId: '1.3.6.1.4.1.99',
  name: 'agent',
  location: 'here',
})
const sysUpTime = '1.3.6.1.2.1.1.3.0'
const engineTime = '1.3.6.1.6.3.10.2.1.3.0'

async function agentWith(values: MibValues, options: Partial<SnmpAgentOptions> = {}): Promise<SnmpAgent> {
  const agent = await startSnmpAgent({ values, ...options })
  onTestFinished(() => agent.close())
  return agent
}

describe('what an agent says', () => {
  for (const version of ['1', '2c'] as const) {
    test(`a switch is read over v${version}: names, states, counts`, async () => {
      const agent = await agentWith(switchValues('SW-1', 24, half))
      const target = snmpTarget(agent.port, { version })
      const observation = await openSnmpForTest().check(target, within(5_000))
      expect(observation).toMatchObject({ ok: true, alive: true })
      expect(observation.facts).toMatchObject({
        sys_name: 'SW-1',
        sys_object_id: '1.3.6.1.4.1.8072.3.2.10',
        if_name_3: 'ge3',
      })
      expect(observation.samples).toMatchObject({ if_up_count: 24, if_down_count: 0, 'if_oper_state.24': 1 })
      expect(observation.samples?.uptime_s).toBeGreaterThan(0)
      expect(observation.samples?.rtt_ms).toBeGreaterThan(0)
    })
  }

  test('octets become rates from the second check on, and the facts are not said again', async () => {
    const octets = '1.3.6.1.2.1.31.1.1.1.6.1'
    const agent = await agentWith(switchValues('SW-1', 1, half))
    agent.set(octets, { type: 'counter64', value: 1_000_000n })
    const driver = openSnmpForTest()
    const first = await driver.check(snmpTarget(agent.port), within(5_000))
    expect(first.samples).not.toHaveProperty(['if_in_bps.1'])
    agent.set(octets, { type: 'counter64', value: 2_000_000n })
    const second = await driver.check(snmpTarget(agent.port), within(5_000))
    expect(second.samples?.['if_in_bps.1']).toBeGreaterThan(0)
    expect(second.facts).toBeUndefined()
  })

  test('a UPS and a recorder are read by what they have, not by what they are', async () => {
    const driver = openSnmpForTest()
    const ups = await agentWith(upsValues('UPS-1', half))
    const recorder = await agentWith(recorderValues('NVR-1', half))
    const upsSays = await driver.check(snmpTarget(ups.port, {}, { deviceId: 'ups' }), within(5_000))
    expect(upsSays.samples).toMatchObject({
      ups_battery_charge_percent: 100,
      ups_on_battery_s: 0,
      ups_output_source_state: 3,
    })
    const recorderSays = await driver.check(snmpTarget(recorder.port, {}, { deviceId: 'nvr' }), within(5_000))
    expect(recorderSays.samples).toMatchObject({
      cpu_percent: 25,
      memory_used_percent: 60,
      'storage_used_percent.31': 70,
    })
    expect(recorderSays.facts).toMatchObject({ storage_name_31: '/recordings' })
  })

  test('a processor load that an agent only knows after a minute is read from then on', async () => {
    const load = '1.3.6.1.2.1.25.3.3.1.2.1'
    const agent = await agentWith(recorderValues('NVR-1', half))
    agent.set('1.3.6.1.2.1.25.3.3.1.1.1', { type: 'objectId', value: '0.0' })
    agent.remove(load)
    const driver = openSnmpForTest()
    const check = () => driver.check(snmpTarget(agent.port), within(5_000))
    expect((await check()).samples).not.toHaveProperty('cpu_percent')
    agent.set(load, { type: 'integer', value: 33 })
    expect((await check()).samples).toMatchObject({ cpu_percent: 33 })
  })

  test('an agent that has nothing we know still lives', async () => {
    const agent = await agentWith({ '1.3.6.1.4.1.39165.1.1.0': { type: 'octetString', value: 'DS-2CD' } })
    for (const version of ['1', '2c'] as const) {
      const target = snmpTarget(agent.port, { version }, { deviceId: version })
      const observation = await openSnmpForTest().check(target, within(5_000))
      expect(observation).toMatchObject({ ok: true, alive: true })
      expect(Object.keys(observation.samples ?? {})).toEqual(['rtt_ms'])
    }
  })

  test('the uptime comes from snmpEngineTime, or from sysUpTime when that is negative', async () => {
    const agent = await agentWith({ ...system, [engineTime]: { type: 'integer', value: 777 } })
    const driver = openSnmpForTest()
    expect((await driver.check(snmpTarget(agent.port), within(5_000))).samples?.uptime_s).toBe(777)
    agent.set(engineTime, { type: 'integer', value: -5 })
    agent.set(sysUpTime, { type: 'timeTicks', value: 12_300 })
    expect((await driver.check(snmpTarget(agent.port), within(5_000))).samples?.uptime_s).toBe(123)
  })

  test('a restarted agent is reported and looked at anew; a wrapped uptime is not', async () => {
    const ticks = (value: number): MibValue => ({ type: 'timeTicks', value })
    const agent = await agentWith({ ...system, [sysUpTime]: ticks(2 ** 32 - 10) })
    const driver = openSnmpForTest()
    const check = () => driver.check(snmpTarget(agent.port), within(5_000))
    await check()
    agent.set(sysUpTime, ticks(90))
    const wrapped = await check()
    expect(wrapped.events).toBeUndefined()
    expect(wrapped.samples?.uptime_s).toBeCloseTo((2 ** 32 + 90) / 100)
    // So close to a wrap a restart cannot be told from it.
    agent.set(sysUpTime, ticks(100_000_000))
    await check()
    agent.set('1.3.6.1.2.1.1.5.0', { type: 'octetString', value: 'new name' })
    agent.set(sysUpTime, ticks(5))
    expect(await check()).toMatchObject({
      events: [{ kind: 'agent_restarted' }],
      samples: { uptime_s: 0.05 },
    })
    expect((await check()).facts).toMatchObject({ sys_name: 'new name' })
  })
})

describe('agents with odd manners', () => {
  test('tooBig is answered by asking for less, and less is remembered', async () => {
    const agent = await agentWith(switchValues('SW-1', 24, half), { maxBindings: 5 })
    const driver = openSnmpForTest()
    const check = () => driver.check(snmpTarget(agent.port), within(5_000))
    expect((await check()).samples).toMatchObject({ if_up_count: 24 })
    const before = agent.requests
    expect((await check()).samples).toMatchObject({ if_up_count: 24 })
    const values = 2 + 2 * 24 + 2 * 24
    expect(agent.requests - before).toBeLessThanOrEqual(Math.ceil(values / 2))
  })

  test('an agent that drops long questions is asked shorter ones; one that was merely away is not', async () => {
    const driver = openSnmpForTest()
    const shy = await agentWith(switchValues('SW-1', 24, half), { dropsAbove: 10 })
    const check = (agent: SnmpAgent) =>
      driver.check(snmpTarget(agent.port, {}, { deviceId: `${agent.port}` }), within(5_000))
    let samples: Record<string, number> | undefined
    for (let count = 0; count < 6 && samples?.if_up_count === undefined; count++)
      samples = (await check(shy)).samples
    expect(samples).toMatchObject({ if_up_count: 24 })

    const away = await agentWith(switchValues('SW-1', 24, half))
    await check(away)
    const before = away.requests
    await check(away)
    const usual = away.requests - before
    away.fault('silent')
    for (let count = 0; count < 3; count++) expect(await check(away)).toMatchObject({ reason: 'timeout' })
    away.fault()
    await check(away)
    const back = away.requests
    await check(away)
    expect(away.requests - back).toBe(usual)
  })

  test('an agent that never answers GETBULK is walked by GETNEXT', async () => {
    const agent = await agentWith(switchValues('SW-1', 8, half))
    agent.fault('no_bulk')
    const observation = await openSnmpForTest().check(snmpTarget(agent.port), within(5_000))
    expect(observation.samples).toMatchObject({ if_up_count: 8 })
  })

  test('an agent that answers nothing but genErr lives', async () => {
    const agent = await agentWith(system)
    agent.fault('gen_err')
    const observation = await openSnmpForTest().check(snmpTarget(agent.port), within(5_000))
    expect(observation).toMatchObject({ ok: true, alive: true })
    expect(observation.samples).not.toHaveProperty('uptime_s')
  })

  test('values of the wrong type are left out, never NaN', async () => {
    const agent = await agentWith({
      ...recorderValues('NVR-1', half),
      '1.3.6.1.2.1.25.3.3.1.2.1': { type: 'octetString', value: '15 PERCENT' },
      [sysUpTime]: { type: 'octetString', value: 'since Monday' },
    })
    const { samples } = await openSnmpForTest().check(snmpTarget(agent.port), within(5_000))
    expect(samples).not.toHaveProperty('cpu_percent')
    expect(samples).not.toHaveProperty('uptime_s')
    expect(samples).toMatchObject({ memory_used_percent: 60 })
  })

  test('an agent whose walk never ends is left after a bounded number of questions', async () => {
    let row = 0
    const endless = { ...system } as Record<string, MibValue>
    for (row = 1; row <= 3_000; row++) endless[`1.3.6.1.2.1.2.2.1.3.${row}`] = { type: 'integer', value: 24 }
    const agent = await agentWith(endless)
    await openSnmpForTest().check(snmpTarget(agent.port), within(5_000))
    expect(agent.requests).toBeLessThan(80)
  })

  test('a slow agent is discovered over several checks, each within its deadline', async () => {
    const agent = await agentWith(switchValues('SW-1', 8, half), { delayMs: 40 })
    const driver = openSnmpForTest()
    let samples: Record<string, number> = {}
    for (let count = 0; count < 20 && samples.if_up_count === undefined; count++) {
      const [observation, tookMs] = await timed(driver.check(snmpTarget(agent.port), within(600)))
      expect(observation.ok).toBe(true)
      expect(tookMs).toBeLessThan(MUCH_LESS_MS)
      samples = observation.samples ?? {}
    }
    expect(samples).toMatchObject({ if_up_count: 8 })
  })
})

describe('agents that do not answer', () => {
  test('a closed port and a silent agent end as time-outs by the deadline', async () => {
    const driver = openSnmpForTest()
    const spare = createSocket('udp4')
    spare.bind(0, '127.0.0.1')
    await once(spare, 'listening')
    const closedPort = spare.address().port
    await new Promise<void>((closed) => spare.close(() => closed()))
    const target = snmpTarget(closedPort, { timeoutMs: 5_000 })
    const [closed, closedMs] = await timed(driver.check(target, within(300)))
    expect(closed).toMatchObject({ ok: false, alive: false, reason: 'timeout' })
    expect(closedMs).toBeLessThan(MUCH_LESS_MS)
    const agent = await agentWith(system)
    agent.fault('silent')
    const observation = await driver.check(snmpTarget(agent.port, {}, { deviceId: 'silent' }), within(2_000))
    expect(observation).toMatchObject({ ok: false, alive: false, reason: 'timeout' })
    expect(observation.detail).toContain('wrong community')
  })

  test('a check settles at its deadline by the clock, neither later nor much earlier', async () => {
    const agent = await agentWith(system)
    agent.fault('silent')
    const clock = new FakeClock()
    let settled = false
    const check = openSnmpForTest(clock).check(snmpTarget(agent.port, { timeoutMs: 5_000 }), within(1_000))
    void check.then(() => {
      settled = true
    })
    await clock.advance(900)
    expect(settled).toBe(false)
    await clock.advance(99)
    expect(await check).toMatchObject({ reason: 'timeout', detail: expect.stringContaining('in time') })
    expect(clock.timers).toBe(0)
  })

  test('a name that does not exist is said to be one', async () => {
    const target = snmpTarget(161, {}, { address: 'no-such-device.invalid' })
    expect(await openSnmpForTest().check(target, within(10_000))).toMatchObject({
      ok: false,
      alive: false,
      reason: 'name_not_found',
    })
  })

  test('a check of a device that is removed meanwhile settles at once', async () => {
    const agent = await agentWith(system)
    agent.fault('silent')
    const driver = openSnmpForTest()
    const removed = new AbortController()
    const check = timed(
      driver.check(snmpTarget(agent.port, { timeoutMs: 5_000 }), within(10_000, removed.signal)),
    )
    driver.forget('device')
    removed.abort()
    const [observation, tookMs] = await check
    expect(observation).toMatchObject({ ok: false, alive: false })
    expect(tookMs).toBeLessThan(MUCH_LESS_MS)
  })

  test('one lost datagram costs a resend, not a failed check', async () => {
    const agent = await agentWith(system)
    let count = 0
    const proxy = await startProxy({
      kind: 'udp',
      to: { port: agent.port },
      lossRatio: 0.5,
      random: () => (count++ === 0 ? 0 : 1),
    })
    onTestFinished(() => proxy.close())
    expect(await openSnmpForTest().probe(snmpTarget(proxy.port), within(2_000))).toMatchObject({ ok: true })
  })
})

describe('settings that cannot be used', () => {
  const des = {
    version: '3',
    user: 'u',
    auth: { protocol: 'md5', key: 'authauth' },
    priv: { protocol: 'des', key: 'privpriv' },
  } as const

  test('DES is named, never thrown', async () => {
    const observation = await openSnmpForTest().check(snmpTarget(9, des), within(1_000))
    expect(observation).toMatchObject({ ok: false, alive: false, reason: 'timeout' })
    expect(observation.detail).toContain('DES is not supported')
  })

  test('privacy without authentication and v3 without a user are named', async () => {
    const driver = openSnmpForTest()
    const { auth: _auth, ...withoutAuth } = des
    expect((await driver.check(snmpTarget(9, withoutAuth), within(500))).detail).toContain(
      'authentication key',
    )
    expect((await driver.check(snmpTarget(9, { version: '3' }), within(500))).detail).toContain('user name')
  })
})

describe('the shared socket', () => {
  let agents: SnmpAgent[]
  beforeEach(async () => {
    agents = await Promise.all(
      Array.from({ length: 50 }, (_, at) =>
        startSnmpAgent({ values: { ...system, [engineTime]: { type: 'integer', value: at } } }),
      ),
    )
    return async () => void (await Promise.all(agents.map((agent) => agent.close())))
  })

  test('fifty devices asked at once each get their own answer', async () => {
    const driver = openSnmpForTest()
    const observations = await Promise.all(
      agents.map(({ port }, at) => driver.check(snmpTarget(port, {}, { deviceId: `${at}` }), within(5_000))),
    )
    expect(observations.map(({ samples }) => samples?.uptime_s)).toEqual(agents.map((_, at) => at))
  })

  test('two devices at one address and port, told apart by community, do not mix', async () => {
    const driver = openSnmpForTest()
    const [agent] = agents as [SnmpAgent]
    const right = snmpTarget(agent.port, {}, { deviceId: 'right' })
    const wrong = snmpTarget(agent.port, { community: 'other' }, { deviceId: 'wrong' })
    const [one, other] = await Promise.all([
      driver.probe(right, within(1_000)),
      driver.probe(wrong, within(1_000)),
    ])
    expect([one.ok, other.ok]).toEqual([true, false])
  })

  test('new settings take effect with the next check', async () => {
    const driver = openSnmpForTest(systemClock)
    const [first, second] = agents as [SnmpAgent, SnmpAgent]
    expect((await driver.check(snmpTarget(first.port), within(5_000))).samples?.uptime_s).toBe(0)
    expect((await driver.check(snmpTarget(second.port), within(5_000))).samples?.uptime_s).toBe(1)
  })
})
