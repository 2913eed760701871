import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { seededRandom } from '../../simulators/fleet.ts'
import { type SnmpAgent, startSnmpAgent } from '../../simulators/snmp/agent.ts'
import { upsValues } from '../../simulators/snmp/devices.ts'
import { freePort } from '../fakes/peer-process.ts'
import { temporaryDirectory } from '../fakes/temporary-directory.ts'
import { ADMIN_PASSWORD, ApiClient } from '../road/api-client.ts'
import { seed } from '../suites/counts.ts'
import { Supervised } from './processes.ts'

export interface Installation {
  server: Supervised
  gateway: Supervised
  api: ApiClient
  recordsFile: string
  spoolFile: string
  gatewayId: string
  siteId: string
}

/** Server and gateway as separate programs, on ports that stay theirs through every restart. */
export async function install(): Promise<Installation> {
  const directory = temporaryDirectory()
  const [httpPort, mqttPort] = [await freePort('tcp'), await freePort('tcp')]
  const server = new Supervised(['server/main.ts'], {
    STILLWATCH_DATA_DIR: join(directory, 'server'),
    STILLWATCH_HTTP_PORT: String(httpPort),
    STILLWATCH_MQTT_PORT: String(mqttPort),
    STILLWATCH_ADMIN_PASSWORD: ADMIN_PASSWORD,
  })
  const { url = '' } = await server.start()
  const api = new ApiClient(() => url)
  await api.signIn()
  const site = await api.post<{ id: string }>('/sites', { name: 'Harbour', timeZone: 'UTC' })
  const added = await api.post<{ id: string; enrolmentCode: string }>(`/sites/${site.id}/gateways`, {
    name: 'Cellar',
  })
  const dataDir = join(directory, 'gateway')
  const gateway = new Supervised(['gateway/main.ts', '--data-dir', dataDir, '--status-port', '-1'])
  await gateway.start(['--server', url, '--enrol', added.enrolmentCode])
  return {
    ...{ server, gateway, api, gatewayId: added.id, siteId: site.id },
    recordsFile: join(directory, 'server', 'stillwatch.db'),
    spoolFile: join(dataDir, 'spool.db'),
  }
}

/** Simulated UPSs, the same for the same seed. */
export async function startAgents(count: number): Promise<SnmpAgent[]> {
  const random = seededRandom(seed)
  return Promise.all(
    Array.from({ length: count }, async (_, number) => {
      const agent = await startSnmpAgent({ values: upsValues(`UPS ${number + 1}`, random) })
      onTestFinished(() => agent.close())
      return agent
    }),
  )
}

/** Adds them to the gateway, asked every second. Answers their ids. */
export function addDevices(
  { api, gatewayId, siteId }: Installation,
  agents: readonly SnmpAgent[],
  windowOf: (index: number) => number,
): Promise<string[]> {
  return Promise.all(
    agents.map(async ({ port }, index) => {
      const { id } = await api.post<{ id: string }>('/devices', {
        ...{ siteId, gatewayId, name: `UPS ${index + 1}`, kind: 'ups', address: '127.0.0.1', intervalS: 1 },
        silenceWindowS: windowOf(index),
        drivers: { snmp: { port, version: '2c', timeoutMs: 500 } },
      })
      return id
    }),
  )
}
