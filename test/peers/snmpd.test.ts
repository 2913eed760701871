import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { SnmpSettings } from '../../contract/drivers/snmp.ts'
import { startSnmpAgent } from '../../simulators/snmp/agent.ts'
import { switchValues } from '../../simulators/snmp/devices.ts'
import { freePort, type PeerProcess, runPeer, startPeer } from '../fakes/peer-process.ts'
import { openSnmpForTest, snmpTarget, within } from '../fakes/snmp-gateway.ts'
import { temporaryDirectory } from '../fakes/temporary-directory.ts'
import { describeWithPeers } from '../suites/peers.ts'

const authKey = 'authentication-key'
const privKey = 'privacy-key-here'

const config = (port: number) => `
agentaddress udp:127.0.0.1:${port}
rocommunity public 127.0.0.1
sysLocation Basement
sysName peer
createUser none
createUser auth SHA-256 "${authKey}"
createUser priv SHA-256 "${authKey}" AES "${privKey}"
createUser strong SHA-512 "${authKey}" AES-256 "${privKey}"
createUser old MD5 "${authKey}" AES "${privKey}"
rouser none noauth
rouser auth auth
rouser priv priv
rouser strong priv
rouser old priv
`

const v3 = (user: string, more: Partial<SnmpSettings> = {}): Partial<SnmpSettings> => ({
  version: '3',
  user,
  timeoutMs: 500,
  ...more,
})
const sha256 = { protocol: 'sha256', key: authKey } as const
const aes = { protocol: 'aes', key: privKey } as const

describeWithPeers(['snmpd'], 'a real snmpd', ({ snmpd }) => {
  interface RunningAgent {
    port: number
    start(): Promise<PeerProcess>
  }

  async function agent(): Promise<RunningAgent> {
    const port = await freePort('udp')
    const folder = temporaryDirectory()
    const file = join(folder, 'snmpd.conf')
    writeFileSync(file, config(port))
    const start = async () => {
      const peer = startPeer(snmpd, ['-f', '-Lo', '-C', '-c', file, '-I', '-smux'], {
        SNMP_PERSISTENT_DIR: join(folder, 'persistent'),
        MIBS: '',
      })
      await peer.says(/NET-SNMP version/)
      return peer
    }
    return { port, start }
  }

  test('is read over v1 and v2c: who it is, its processors, memory and disks', async () => {
    const { port, start } = await agent()
    await start()
    const driver = openSnmpForTest()
    for (const version of ['1', '2c'] as const) {
      const target = snmpTarget(port, { version, timeoutMs: 1_000 }, { deviceId: version })
      const observation = await driver.check(target, within(10_000))
      expect(observation).toMatchObject({
        ok: true,
        alive: true,
        facts: { sys_name: 'peer', sys_location: 'Basement' },
      })
      expect(observation.samples).toHaveProperty('memory_used_percent')
      expect(observation.samples?.uptime_s).toBeLessThan(120)
    }
  })

  const logins: [name: string, settings: Partial<SnmpSettings>][] = [
    ['noAuthNoPriv', v3('none')],
    ['authNoPriv SHA-256', v3('auth', { auth: sha256 })],
    ['authPriv SHA-256 and AES-128', v3('priv', { auth: sha256, priv: aes })],
    [
      'authPriv SHA-512 and AES-256',
      v3('strong', {
        auth: { protocol: 'sha512', key: authKey },
        priv: { protocol: 'aes256b', key: privKey },
      }),
    ],
    ['authPriv MD5 and AES-128', v3('old', { auth: { protocol: 'md5', key: authKey }, priv: aes })],
  ]
  test('is read over every v3 security level', async () => {
    const { port, start } = await agent()
    await start()
    const driver = openSnmpForTest()
    for (const [name, settings] of logins) {
      const observation = await driver.check(snmpTarget(port, settings, { deviceId: name }), within(10_000))
      expect(observation, name).toMatchObject({ ok: true, alive: true, facts: { sys_name: 'peer' } })
    }
  })

  const refused: [name: string, settings: Partial<SnmpSettings>, means: object, says: string][] = [
    [
      'a wrong authentication key',
      v3('priv', { auth: { protocol: 'sha256', key: 'wrong-key-here' }, priv: aes }),
      { alive: true, reason: 'credentials_refused' },
      'authentication key',
    ],
    [
      'an unknown user',
      v3('nobody', { auth: sha256 }),
      { alive: true, reason: 'credentials_refused' },
      'user',
    ],
    [
      'too low a security level',
      v3('priv', { auth: sha256 }),
      { alive: true, reason: 'credentials_refused' },
      'allow',
    ],
    [
      'a wrong privacy key',
      v3('priv', { auth: sha256, priv: { protocol: 'aes', key: 'another-key' } }),
      { alive: true, reason: 'credentials_refused' },
      'privacy key',
    ],
    [
      'a wrong community',
      { community: 'private', timeoutMs: 300 },
      { alive: false, reason: 'timeout' },
      'community',
    ],
    [
      'DES',
      v3('priv', { auth: sha256, priv: { protocol: 'des', key: privKey } }),
      { alive: true, reason: 'unsupported' },
      'DES',
    ],
  ]
  for (const [name, settings, means, says] of refused) {
    test(`${name} is told apart, at the first check and at later ones`, async () => {
      const { port, start } = await agent()
      await start()
      const driver = openSnmpForTest()
      for (let check = 0; check < 2; check++) {
        const observation = await driver.check(snmpTarget(port, settings), within(5_000))
        expect(observation).toMatchObject({ ok: false, ...means })
        expect(observation.detail).toContain(says)
        expect(observation.detail).not.toContain('key-here')
      }
    })
  }

  test('that is killed is missed, and is found again after its restart, v3 clock and all', async () => {
    const { port, start } = await agent()
    const first = await start()
    const driver = openSnmpForTest()
    const settings = v3('priv', { auth: sha256, priv: aes })
    const check = () => driver.check(snmpTarget(port, settings), within(5_000))
    expect(await check()).toMatchObject({ ok: true })
    await first.kill()
    expect(await check()).toMatchObject({ ok: false, alive: false, reason: 'timeout' })
    await start()
    expect(await check()).toMatchObject({ ok: true, alive: true })
  })
})

describeWithPeers(['snmpget'], "net-snmp's own tools", ({ snmpget }) => {
  test('read our simulated agent over v1 and v2c, and walk it by GETNEXT and GETBULK', async () => {
    const simulated = await startSnmpAgent({ values: switchValues('SW-1', 3, () => 0.5) })
    const tool = (name: string) => snmpget.replace(/snmpget$/, name)
    const at = [`127.0.0.1:${simulated.port}`]
    try {
      for (const version of ['-v1', '-v2c']) {
        expect(
          await runPeer(snmpget, [version, '-c', 'public', '-On', ...at, '.1.3.6.1.2.1.1.5.0']),
        ).toContain('"SW-1"')
        const walked = await runPeer(tool('snmpwalk'), [
          version,
          '-c',
          'public',
          '-On',
          ...at,
          '.1.3.6.1.2.1.2',
        ])
        expect(walked.trim().split('\n')).toHaveLength(12)
      }
      const bulk = await runPeer(tool('snmpbulkwalk'), [
        '-v2c',
        '-c',
        'public',
        '-On',
        ...at,
        '.1.3.6.1.2.1.31',
      ])
      expect(bulk).toContain('Counter64')
    } finally {
      await simulated.close()
    }
  })
})
