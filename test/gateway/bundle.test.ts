import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { seededRandom } from '../../simulators/fleet.ts'
import { startSnmpAgent } from '../../simulators/snmp/agent.ts'
import { upsValues } from '../../simulators/snmp/devices.ts'
import { eventually } from '../fakes/eventually.ts'
import { publisher } from '../fakes/mqtt-site.ts'
import { freePort, type PeerProcess, startPeer } from '../fakes/peer-process.ts'
import { temporaryDirectory } from '../fakes/temporary-directory.ts'
import { startServerProgram } from '../peers/programs.ts'
import { ApiClient } from '../road/api-client.ts'

const root = join(import.meta.dirname, '../..')

/** The bundle, alone in a directory: nothing it might import lies beside or above it. */
function bundleAlone(): string {
  const built = join(temporaryDirectory(), 'built.mjs')
  const building = spawnSync(process.execPath, ['gateway/bundle.ts', built], { cwd: root, encoding: 'utf8' })
  expect(building.stderr).toBe('')
  const alone = temporaryDirectory()
  copyFileSync(built, join(alone, 'gateway.mjs'))
  return alone
}

test('the bundle is one file that starts where nothing is installed', () => {
  const alone = bundleAlone()
  const run = (...args: string[]) =>
    spawnSync(process.execPath, ['gateway.mjs', ...args], { cwd: alone, encoding: 'utf8', env: {} })

  expect(run('--help')).toMatchObject({ status: 0, stderr: '' })
  expect(run('--help').stdout).toContain('Usage: stillwatch-gateway')
  const wrong = run('--status-port', 'x')
  expect(wrong.status).toBe(1)
  expect(wrong.stderr).toContain('--data-dir is missing')
  expect(wrong.stderr).toContain('--status-port must be a whole number')
  expect(readdirSync(alone)).toEqual(['gateway.mjs'])
})

async function listening(): Promise<Server> {
  const service = createServer((socket) => socket.on('error', () => undefined).end())
  service.listen(0, '127.0.0.1')
  await once(service, 'listening')
  onTestFinished(() => void service.close())
  return service
}

const portOf = (service: Server): number => {
  const address = service.address()
  return typeof address === 'object' && address ? address.port : 0
}

test('the bundle enrols, speaks every protocol, and needs only its data directory from then on', async () => {
  const alone = bundleAlone()
  const { ready } = await startServerProgram(temporaryDirectory())
  const server = String(ready.url)
  const api = new ApiClient(() => server)
  await api.signIn()
  const { id: siteId } = await api.post<{ id: string }>('/sites', { name: 'Harbour', timeZone: 'UTC' })
  const added = await api.post<{ id: string; enrolmentCode: string }>(`/sites/${siteId}/gateways`, {
    name: 'Cellar',
  })

  const mqttPort = await freePort('tcp')
  const credentials = join(alone, 'mqtt')
  writeFileSync(credentials, 'site:secret', { mode: 0o600 })
  const start = async (...args: string[]): Promise<PeerProcess> => {
    const gateway = startPeer(process.execPath, [
      join(alone, 'gateway.mjs'),
      '--data-dir',
      join(alone, 'data'),
      ...args,
    ])
    await gateway.says(/gateway ready/)
    return gateway
  }
  const first = await start(
    ...['--server', server, '--enrol', added.enrolmentCode, '--status-port', '0'],
    ...['--mqtt-listen', `127.0.0.1:${mqttPort}`, '--mqtt-listen-credentials', credentials],
  )

  const addDevice = async (name: string, drivers: object) => {
    const device = { siteId, gatewayId: added.id, name, kind: 'other', address: '127.0.0.1', drivers }
    return (await api.post<{ id: string }>('/devices', { ...device, intervalS: 1, silenceWindowS: 5 })).id
  }
  const service = await addDevice('Service', { tcp: { port: portOf(await listening()) } })
  const door = await addDevice('Door', { mqtt: { topic: 'door/1', broker: 'mqtt://gateway' } })
  const agent = await startSnmpAgent({ values: upsValues('UPS-1', seededRandom(1)) })
  onTestFinished(() => agent.close())
  const ups = await addDevice('UPS', { snmp: { port: agent.port, version: '2c', community: 'public' } })

  const allWatchedSince = async (since: number) => {
    const detector = await publisher(`mqtt://127.0.0.1:${mqttPort}`, { username: 'site', password: 'secret' })
    await eventually('the devices are watched', async () => {
      await detector.publishAsync('door/1', '{"battery_percent": 80}')
      const devices = await Promise.all([service, door, ups].map((id) => api.device(id)))
      return devices.every(
        ({ state, lastEvidenceAt }) => state === 'up' && Date.parse(lastEvidenceAt ?? '') > since,
      )
    })
  }
  await allWatchedSince(0)
  await first.kill()
  const killedAt = Date.now()
  await start()
  await allWatchedSince(killedAt)
})
