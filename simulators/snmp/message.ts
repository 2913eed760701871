import {
  decodeAll,
  decodeInteger,
  decodeOid,
  type Element,
  encode,
  encodeInteger,
  encodeOid,
  tag,
} from './ber.ts'

export const pduType = { get: 0xa0, getNext: 0xa1, response: 0xa2, set: 0xa3, getBulk: 0xa5 } as const

/** One SNMP v1 or v2c request as it came in. */
export interface Request {
  /** As on the wire: 0 is v1, 1 is v2c. */
  version: number
  community: string
  type: number
  id: number
  /** GETBULK only; the error fields of other requests are always 0. */
  nonRepeaters: number
  maxRepetitions: number
  oids: string[]
}

/** An object id with its encoded value. */
export type Binding = [oid: string, value: Buffer]

export interface Response {
  errorStatus: number
  errorIndex: number
  bindings: readonly Binding[]
}

/** Throws on anything that is not an SNMP v1 or v2c request. */
export function decodeRequest(bytes: Buffer): Request {
  const [message] = decodeAll(bytes)
  const [version, community, pdu] = inside(message)
  if (!version || !community || !pdu) throw new RangeError('not an SNMP message')
  const [id, nonRepeaters, maxRepetitions, list] = decodeAll(pdu.content)
  if (!id || !nonRepeaters || !maxRepetitions || !list) throw new RangeError('not an SNMP request')
  return {
    version: decodeInteger(version),
    community: community.content.toString('latin1'),
    type: pdu.tag,
    id: decodeInteger(id),
    nonRepeaters: decodeInteger(nonRepeaters),
    maxRepetitions: decodeInteger(maxRepetitions),
    oids: decodeAll(list.content).map((binding) => {
      const [oid] = decodeAll(binding.content)
      if (!oid) throw new RangeError('a binding without an object id')
      return decodeOid(oid)
    }),
  }
}

function inside(element: Element | undefined): Element[] {
  if (element?.tag !== tag.sequence) throw new RangeError('not a sequence')
  return decodeAll(element.content)
}

export function encodeResponse(request: Request, response: Response): Buffer {
  const bindings = response.bindings.map(([oid, value]) =>
    encode(tag.sequence, Buffer.concat([encodeOid(oid), value])),
  )
  const pdu = encode(
    pduType.response,
    Buffer.concat([
      encodeInteger(tag.integer, request.id),
      encodeInteger(tag.integer, response.errorStatus),
      encodeInteger(tag.integer, response.errorIndex),
      encode(tag.sequence, Buffer.concat(bindings)),
    ]),
  )
  return encode(
    tag.sequence,
    Buffer.concat([
      encodeInteger(tag.integer, request.version),
      encode(tag.octetString, Buffer.from(request.community, 'latin1')),
      pdu,
    ]),
  )
}
