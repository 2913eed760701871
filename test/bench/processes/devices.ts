import { once } from 'node:events'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { seededRandom } from '../../../simulators/fleet.ts'
import { startSnmpAgent } from '../../../simulators/snmp/agent.ts'
import { upsValues } from '../../../simulators/snmp/devices.ts'
import { answerBench } from './answer-bench.ts'

/** A building of simulated devices: UPSs that answer SNMP, and services that accept TCP connections. */

type Question = { start: { snmp: number; tcp: number } } | { die: number } | { comeBack: true }

interface Device {
  port: number
  die(): void
  comeBack(): Promise<void>
}

const devices: { snmp: Device[]; tcp: Device[] } = { snmp: [], tcp: [] }
let dead: Device[] = []
const random = seededRandom(1)

answerBench<Question>(async (question) => {
  if ('start' in question) {
    for (let n = 0; n < question.start.snmp; n += 1) devices.snmp.push(await ups(n))
    for (let n = 0; n < question.start.tcp; n += 1) devices.tcp.push(await service())
    return { snmp: devices.snmp.map(({ port }) => port), tcp: devices.tcp.map(({ port }) => port) }
  }
  if ('comeBack' in question) {
    for (const device of dead) await device.comeBack()
    dead = []
    return {}
  }
  // As many of each kind.
  dead = Object.values(devices).flatMap((kind) => kind.slice(0, Math.ceil(question.die / 2)))
  for (const device of dead) device.die()
  return {}
})

async function ups(number: number): Promise<Device> {
  const agent = await startSnmpAgent({ values: upsValues(`UPS ${number}`, random) })
  return {
    port: agent.port,
    die: () => agent.fault('silent'),
    comeBack: async () => agent.fault(),
  }
}

async function service(): Promise<Device> {
  let server = await listening(0)
  const { port } = server.address() as AddressInfo
  return {
    port,
    die: () => server.close(),
    async comeBack() {
      server = await listening(port)
    },
  }
}

async function listening(port: number): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.resume()
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return server
}
