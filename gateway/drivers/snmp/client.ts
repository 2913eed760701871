import type { SnmpSettings } from '@stillwatch/contract/drivers/snmp.ts'
import snmp, { type Session, type Varbind } from 'net-snmp'
import { failureOf, SnmpFailure, silenceHint } from './failure.ts'
import type { Limit } from './limit.ts'
import type { SharedSocket } from './shared-socket.ts'
import { v3User } from './v3-user.ts'
import type { Oid, Replies, SnmpValue } from './values.ts'

/** An agent that can be asked until the limit; every method rejects with `SnmpFailure` and nothing else. */
export interface Agent {
  /** What the agent does not have is missing in the answer. */
  get(oids: readonly Oid[]): Promise<Replies>
  /** What follows `oid`, at most `count` of them; empty at the end. With `count` 1 asked by GETNEXT, else by GETBULK. */
  after(oid: Oid, count: number): Promise<[Oid, SnmpValue][]>
}

/** One resend of a lost datagram: the reply to either counts, both carry the same id. */
const RESENDS = 1

type Answered = (error: Error | null, varbinds?: (Varbind | Varbind[])[]) => void

/** A device's session on the shared socket; keeps the SNMPv3 engine's time between questions. The only user of net-snmp. */
export class SnmpClient {
  readonly #settings: SnmpSettings
  readonly #session: Session
  /** Answers that carried the right id but could not be read. */
  #unreadable = 0

  /** `address` is an IP address. */
  constructor(address: string, settings: SnmpSettings, socket: SharedSocket) {
    this.#settings = settings
    const link = socket.link(address, settings.port)
    const options = {
      port: settings.port,
      timeout: settings.timeoutMs,
      retries: RESENDS,
      dgramModule: { createSocket: () => link },
    }
    this.#session =
      settings.version === '3'
        ? snmp.Session.createV3(address, v3User(settings), { ...options, context: settings.context ?? '' })
        : snmp.Session.create(address, settings.community ?? 'public', {
            ...options,
            version: snmp.Version[settings.version],
          })
    const unreadable = () => {
      this.#unreadable++
    }
    // Without a listener one malformed reply ends the process.
    this.#session.on('error', unreadable)
    link.on('unreadable', unreadable)
  }

  until(limit: Limit): Agent {
    return {
      get: async (oids) =>
        new Map(readable(await this.#ask(limit, (answered) => this.#session.get([...oids], answered)))),
      after: async (oid, count) =>
        readable(
          await this.#ask(limit, (answered) =>
            count === 1
              ? this.#session.getNext([oid], answered)
              : this.#session.getBulk([oid], 0, count, answered),
          ),
        ),
    }
  }

  close(): void {
    this.#session.close()
  }

  #ask(limit: Limit, send: (answered: Answered) => void): Promise<Varbind[]> {
    const unreadableBefore = this.#unreadable
    return new Promise((resolve, reject) => {
      const fail = (failure: SnmpFailure) => {
        const garbled = !failure.alive && this.#unreadable > unreadableBefore
        reject(garbled ? new SnmpFailure('protocol_error', true, 'its answers cannot be read') : failure)
      }
      const forget = limit.whenOver(() =>
        fail(new SnmpFailure('timeout', false, `no answer in time${silenceHint(this.#settings)}`)),
      )
      send((error, varbinds) => {
        forget()
        if (error) fail(failureOf(error, this.#settings))
        else resolve((varbinds ?? []).flat())
      })
    })
  }
}

function readable(varbinds: readonly Varbind[]): [Oid, SnmpValue][] {
  const values: [Oid, SnmpValue][] = []
  for (const varbind of varbinds) {
    const value = usable(varbind)
    if (value !== undefined) values.push([varbind.oid, value])
  }
  return values
}

const MAX_COUNTER64_BYTES = 9

/** noSuchObject, noSuchInstance, endOfMibView, null, opaque and booleans say nothing we can use. */
function usable({ type, value }: Varbind): SnmpValue | undefined {
  switch (type) {
    case snmp.ObjectType.Integer:
    case snmp.ObjectType.Counter:
    case snmp.ObjectType.Gauge:
    case snmp.ObjectType.TimeTicks:
      return typeof value === 'number' ? value : undefined
    case snmp.ObjectType.Counter64:
      return Buffer.isBuffer(value) && value.length <= MAX_COUNTER64_BYTES
        ? BigInt(`0x${value.toString('hex') || '0'}`)
        : undefined
    case snmp.ObjectType.OctetString:
      return Buffer.isBuffer(value) ? value : undefined
    case snmp.ObjectType.OID:
    case snmp.ObjectType.IpAddress:
      return typeof value === 'string' ? value : undefined
    default:
      return undefined
  }
}
