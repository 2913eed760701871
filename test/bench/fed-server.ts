import { join } from 'node:path'
import { temporaryDirectory } from '../fakes/temporary-directory.ts'
import { type Program, startServerProgram } from '../peers/programs.ts'
import { addSiteAndGateway, importDevices } from '../peers/watched-site.ts'
import { ApiClient } from '../road/api-client.ts'
import { TalkingGateway } from './talking-gateway.ts'

export interface FedServer {
  server: Program
  gateway: TalkingGateway
  url: string
  dataDir: string
}

/** The real server in a process of its own, with a site of so many devices and one gateway that speaks for them. */
export async function startFedServer(devices: number, nodeArgs: readonly string[] = []): Promise<FedServer> {
  const directory = temporaryDirectory()
  const dataDir = join(directory, 'server')
  const server = await startServerProgram(dataDir, nodeArgs)
  const url = String(server.ready.url)
  const api = new ApiClient(() => url)
  await api.signIn()
  const { code } = await addSiteAndGateway(api)
  await importDevices(
    api,
    ['name', 'kind', 'address', 'snmp.version'],
    Array.from({ length: devices }, (_, index) => [`switch ${index + 1}`, 'switch', '127.0.0.1', '2c']),
  )
  const gateway = await TalkingGateway.start(url, code, join(directory, 'gateway'))
  return { server, gateway, url, dataDir }
}
