/** BER tags that occur before an SNMP message's id. */
const SEQUENCE = 0x30
const INTEGER = 0x02
const OCTET_STRING = 0x04
const VERSION_3 = 3

interface Field {
  tag: number
  start: number
  end: number
}

/** One BER field, or undefined when the bytes end before it does. */
function fieldAt(bytes: Buffer, at: number): Field | undefined {
  const tag = bytes[at]
  const first = bytes[at + 1]
  if (tag === undefined || first === undefined) return undefined
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f
  if (lengthBytes > 4 || (first >= 0x80 && lengthBytes === 0)) return undefined
  const start = at + 2 + lengthBytes
  if (start > bytes.length) return undefined
  const length = lengthBytes === 0 ? first : bytes.readUIntBE(at + 2, lengthBytes)
  return { tag, start, end: start + length }
}

function integer(bytes: Buffer, field: Field | undefined): number | undefined {
  if (field?.tag !== INTEGER) return undefined
  const length = field.end - field.start
  if (length < 1 || length > 5 || field.end > bytes.length) return undefined
  return bytes.readIntBE(field.start, length)
}

/**
 * The id that pairs a reply with its request: the request id of SNMP v1 and v2c, the msgID of v3.
 * Reads only the few bytes before it, so that a stray datagram is turned away before any real parsing.
 */
export function messageIdOf(bytes: Buffer): number | undefined {
  const message = fieldAt(bytes, 0)
  if (message?.tag !== SEQUENCE) return undefined
  const version = fieldAt(bytes, message.start)
  const versionNumber = integer(bytes, version)
  if (version === undefined || versionNumber === undefined) return undefined
  const header = fieldAt(bytes, version.end)
  if (header === undefined) return undefined
  if (versionNumber === VERSION_3) {
    return header.tag === SEQUENCE ? integer(bytes, fieldAt(bytes, header.start)) : undefined
  }
  const pdu = header.tag === OCTET_STRING ? fieldAt(bytes, header.end) : undefined
  return pdu === undefined ? undefined : integer(bytes, fieldAt(bytes, pdu.start))
}
