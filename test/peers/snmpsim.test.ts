import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { freePort, startPeer } from '../fakes/peer-process.ts'
import { openSnmpForTest, snmpTarget, within } from '../fakes/snmp-gateway.ts'
import { temporaryDirectory } from '../fakes/temporary-directory.ts'
import { describeWithPeers } from '../suites/peers.ts'

/** Recordings of real devices; other people's, so never part of this repository. */
const recordings = resolve(
  process.env.STILLWATCH_TEST_DATA ?? join(import.meta.dirname, '../../../shared/data'),
  'snmp',
)
const present = existsSync(recordings)
const names = present
  ? readdirSync(recordings)
      .filter((file) => file.endsWith('.snmprec'))
      .map((file) => basename(file, '.snmprec'))
  : []

/** `OID|tag|value` lines: the value as text, hex tags decoded. */
function recorded(name: string): Map<string, string> {
  const values = new Map<string, string>()
  for (const line of readFileSync(join(recordings, `${name}.snmprec`), 'latin1').split('\n')) {
    const [oid = '', tag = '', ...rest] = line.split('|')
    const value = rest.join('|')
    values.set(
      oid.replace(/^\./, ''),
      tag.endsWith('x') ? Buffer.from(value, 'hex').toString('latin1') : value,
    )
  }
  return values
}

describeWithPeers(['snmpsimd'], 'recordings of real devices, replayed by snmpsim', ({ snmpsimd }) => {
  async function replay(): Promise<number> {
    const port = await freePort('udp')
    const cache = temporaryDirectory()
    mkdirSync(join(cache, 'index'), { mode: 0o777 })
    // It refuses to run as root and then needs to write its index as somebody else.
    for (const folder of [cache, join(cache, 'index')]) chmodSync(folder, 0o777)
    const asNobody = process.getuid?.() === 0 ? ['--process-user=nobody', '--process-group=nogroup'] : []
    const peer = startPeer(
      snmpsimd,
      [
        ...asNobody,
        `--cache-dir=${join(cache, 'index')}`,
        `--data-dir=${recordings}`,
        `--agent-udpv4-endpoint=127.0.0.1:${port}`,
      ],
      { HOME: homedir() },
    )
    await peer.says(/Listening at UDP\/IPv4 endpoint/)
    return port
  }

  test.skipIf(!present)('give the values that are in them', async () => {
    const port = await replay()
    const name = names.find((one) => recorded(one).has('1.3.6.1.2.1.33.1.2.4.0')) as string
    const values = recorded(name)
    const raw = (oid: string) => Number(values.get(oid))
    const target = snmpTarget(port, { community: name, timeoutMs: 5_000 })
    const { samples, facts } = await openSnmpForTest().check(target, within(20_000))
    const ups = '1.3.6.1.2.1.33.1'
    expect(samples).toMatchObject({
      ups_battery_charge_percent: raw(`${ups}.2.4.0`),
      ups_battery_state: raw(`${ups}.2.1.0`),
      ups_runtime_left_s: 60 * raw(`${ups}.2.3.0`),
      ups_battery_v: raw(`${ups}.2.5.0`) / 10,
      ups_output_source_state: raw(`${ups}.4.1.0`),
      uptime_s: raw('1.3.6.1.6.3.10.2.1.3.0'),
    })
    expect(facts?.sys_descr).toBe(values.get('1.3.6.1.2.1.1.1.0'))
    expect(facts?.sys_object_id).toBe(values.get('1.3.6.1.2.1.1.2.0'))
  })

  test.skipIf(!present)(
    'all give who they are and how long they run, where it was recorded, and never throw',
    async () => {
      const port = await replay()
      const driver = openSnmpForTest()
      expect(names.length).toBeGreaterThan(10)
      for (const name of names) {
        const values = recorded(name)
        const target = snmpTarget(port, { community: name, timeoutMs: 5_000 }, { deviceId: name })
        const first = await driver.check(target, within(20_000))
        expect(first, name).toMatchObject({ ok: true, alive: true })
        expect(Boolean(first.facts?.sys_descr), name).toBe(values.has('1.3.6.1.2.1.1.1.0'))
        const hasUptime = ['1.3.6.1.2.1.1.3.0', '1.3.6.1.6.3.10.2.1.3.0'].some(
          (oid) => Number(values.get(oid)) >= 0,
        )
        expect(first.samples?.uptime_s !== undefined, name).toBe(hasUptime)
        const second = await driver.check(target, within(20_000))
        for (const [metric, value] of Object.entries({ ...first.samples, ...second.samples })) {
          expect(Number.isFinite(value), `${name} ${metric}`).toBe(true)
        }
      }
    },
  )
})
