import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type FleetOptions, seededRandom, startFleet } from '../../simulators/fleet.ts'
import { listen, openMqttForTest, ownBroker } from '../fakes/mqtt-site.ts'
import { openSnmpForTest, snmpTarget, within } from '../fakes/snmp-gateway.ts'

const options: FleetOptions = {
  seed: 7,
  firstPort: 0,
  switches: 1,
  upses: 1,
  recorders: 1,
  detectors: 0,
  detectorEveryMs: 20,
}

test('the same seed draws the same numbers', () => {
  const [one, same, other] = [seededRandom(1), seededRandom(1), seededRandom(2)]
  const draws = Array.from({ length: 100 }, () => one())
  expect(Array.from({ length: 100 }, () => same())).toEqual(draws)
  expect(other()).not.toBe(draws[0])
  for (const draw of draws) expect(draw >= 0 && draw < 1).toBe(true)
})

test('every device of the building answers or speaks', async () => {
  const broker = await ownBroker()
  const fleet = await startFleet({ ...options, brokerUrl: broker.url, detectors: 2 })
  onTestFinished(() => fleet.close())
  const snmp = openSnmpForTest()
  const mqtt = openMqttForTest()
  expect(fleet.devices).toHaveLength(5)
  for (const { name, protocol, where } of fleet.devices) {
    if (protocol === 'snmp') {
      const target = snmpTarget(Number(where.split(':')[1]), {}, { deviceId: name })
      const observation = await snmp.check(target, within(5_000))
      expect(observation).toMatchObject({ ok: true, facts: { sys_name: name } })
    } else {
      const ear = listen(mqtt, { broker: broker.url, topic: where })
      expect((await ear.heardAtLeast(1))[0]?.samples).toHaveProperty('battery_percent')
    }
  }
})

test('the program lists what runs, says ready and ends when told to', async () => {
  const main = join(import.meta.dirname, '../../simulators/main.ts')
  const child = spawn(process.execPath, [
    main,
    '--port',
    '0',
    '--switches',
    '1',
    '--upses',
    '0',
    '--recorders',
    '0',
  ])
  onTestFinished(() => void child.kill('SIGKILL'))
  let printed = ''
  for await (const text of child.stdout) {
    printed += text
    if (printed.includes('ready')) break
  }
  expect(printed).toMatch(/^snmp {2}127\.0\.0\.1:\d+ .* SW-1\nready: 1 simulated devices, seed 1\n$/)
  child.kill('SIGTERM')
  const [code] = await once(child, 'close')
  expect(code).toBe(0)
})
