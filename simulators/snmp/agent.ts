import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { answer, type Manners } from './answer.ts'
import { decodeRequest, encodeResponse, pduType, type Request } from './message.ts'
import { Mib, type MibValue, type MibValues } from './mib.ts'

/** What can go wrong with an agent, on command. */
export type AgentFault =
  | 'silent'
  /** Answers with bytes that are no SNMP message. */
  | 'garbage'
  /** A proper beginning, cut off in the middle. */
  | 'truncated'
  | 'empty'
  | 'wrong_id'
  /** Answers every request twice. */
  | 'double'
  /** Answers from another port than the one it was asked on. */
  | 'other_source'
  | 'gen_err'
  /** Never answers GETBULK, as many real agents. */
  | 'no_bulk'

export interface SnmpAgentOptions {
  values: MibValues
  /** 0 or absent: any free port. */
  port?: number
  address?: string
  community?: string
  /** Added to every answer. */
  delayMs?: number
  /** More values in one request are answered by tooBig. */
  maxBindings?: number
  /** More values in one request are not answered at all. */
  dropsAbove?: number
}

export interface SnmpAgent {
  readonly port: number
  /** Requests received, those that were not answered included. */
  readonly requests: number
  set(oid: string, value: MibValue): void
  remove(oid: string): void
  /** Ends the fault when called without one. */
  fault(fault?: AgentFault): void
  delay(ms: number): void
  close(): Promise<void>
}

const GEN_ERR = 5

/** A real SNMP v1 and v2c agent on loopback. Many of them fit one process. */
export async function startSnmpAgent(options: SnmpAgentOptions): Promise<SnmpAgent> {
  const {
    port = 0,
    address = '127.0.0.1',
    community = 'public',
    maxBindings = 1_000,
    dropsAbove = 1_000,
  } = options
  const mib = new Mib(options.values)
  const sockets = { main: await bound(port, address), other: undefined as Socket | undefined }
  const delayed = new Set<NodeJS.Timeout>()
  const state = { fault: undefined as AgentFault | undefined, delayMs: options.delayMs ?? 0, requests: 0 }

  const send = async (bytes: Buffer, to: RemoteInfo) => {
    if (state.fault === 'other_source') sockets.other ??= await bound(0, address)
    const from = state.fault === 'other_source' ? sockets.other : sockets.main
    const copies = state.fault === 'double' ? 2 : 1
    for (let copy = 0; copy < copies; copy++) from?.send(bytes, to.port, to.address)
  }

  sockets.main.on('message', (bytes, from) => {
    state.requests++
    const reply = replyTo(bytes, { mib, community, fault: state.fault, manners: { maxBindings, dropsAbove } })
    if (!reply) return
    if (state.delayMs === 0) {
      void send(reply, from)
      return
    }
    const timer = setTimeout(() => {
      delayed.delete(timer)
      void send(reply, from)
    }, state.delayMs)
    delayed.add(timer)
  })

  return {
    port: sockets.main.address().port,
    get requests() {
      return state.requests
    },
    set: (oid, value) => mib.set(oid, value),
    remove: (oid) => mib.delete(oid),
    fault(fault) {
      state.fault = fault
    },
    delay(ms) {
      state.delayMs = ms
    },
    async close() {
      for (const timer of delayed) clearTimeout(timer)
      const open = [sockets.main, sockets.other].filter((socket) => socket !== undefined)
      await Promise.all(open.map((socket) => new Promise<void>((done) => socket.close(done))))
    },
  }
}

async function bound(port: number, address: string): Promise<Socket> {
  const socket = createSocket('udp4')
  socket.bind(port, address)
  await once(socket, 'listening')
  return socket
}

interface Speaker {
  mib: Mib
  community: string
  fault: AgentFault | undefined
  manners: Manners
}

/** The datagram to answer with, or undefined to stay silent, as real agents do for a wrong community or rubbish. */
function replyTo(bytes: Buffer, { mib, community, fault, manners }: Speaker): Buffer | undefined {
  const request = requestIn(bytes)
  if (!request || request.community !== community || fault === 'silent') return undefined
  if (request.oids.length > manners.dropsAbove) return undefined
  if (fault === 'no_bulk' && request.type === pduType.getBulk) return undefined
  if (fault === 'garbage') return Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')
  if (fault === 'empty') return Buffer.alloc(0)
  const response =
    fault === 'gen_err'
      ? { errorStatus: GEN_ERR, errorIndex: 1, bindings: [] }
      : answer(request, mib, manners)
  if (!response) return undefined
  const id = fault === 'wrong_id' ? request.id ^ 1 : request.id
  const reply = encodeResponse({ ...request, id }, response)
  return fault === 'truncated' ? reply.subarray(0, Math.floor(reply.length / 2)) : reply
}

function requestIn(bytes: Buffer): Request | undefined {
  try {
    return decodeRequest(bytes)
  } catch {
    return undefined
  }
}
