import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { Aedes, type Client } from 'aedes'
import { downTopic } from '../../../contract/topics.ts'
import { answerBench } from './answer-bench.ts'

/** aedes with nothing behind it: takes batches in the same hook as our broker and acknowledges what came in the last 5 ms. */

const GATHER_MS = 5
let cpuBefore = process.cpuUsage()

const broker = await Aedes.createBroker({
  authorizePublish(client, packet, done) {
    if (client) acknowledgeSoon(client, Number(packet.topic.split('/').at(-1)))
    done(null)
  },
})
const server = createServer((socket) => broker.handle(socket))
server.listen(0, '127.0.0.1')
await once(server, 'listening')

let through = 0
let waiting = false
function acknowledgeSoon(client: Client, seq: number): void {
  through = seq
  if (waiting) return
  waiting = true
  setTimeout(() => {
    waiting = false
    const payload = Buffer.from(JSON.stringify({ epoch: 1, through, now: Date.now() }))
    const topic = downTopic(client.id, 'ack')
    client.publish({ cmd: 'publish', topic, payload, qos: 0, retain: false, dup: false }, () => undefined)
  }, GATHER_MS)
}

answerBench<{ ask: 'port' | 'cpu' }>(({ ask }) => {
  if (ask === 'port') return { port: (server.address() as AddressInfo).port }
  const { user, system } = process.cpuUsage(cpuBefore)
  cpuBefore = process.cpuUsage()
  return { cpuMs: (user + system) / 1_000 }
})
