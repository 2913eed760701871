import { tag } from './ber.ts'
import { type Binding, pduType, type Request, type Response } from './message.ts'
import { encodeValue, type Mib } from './mib.ts'

const NO_ERROR = 0
const TOO_BIG = 1
const NO_SUCH_NAME = 2
const GEN_ERR = 5
const V1 = 0
const MAX_REPETITIONS = 64

/** What sets one kind of agent apart from another. */
export interface Manners {
  /** More bindings than this are answered by tooBig. */
  maxBindings: number
  /** More than this are not answered at all. */
  dropsAbove: number
}

const exception = (tagByte: number) => Buffer.from([tagByte, 0])

/** What an agent with this MIB answers, or undefined for a request it does not know. Follows RFC 1157 and RFC 3416. */
export function answer(request: Request, mib: Mib, { maxBindings }: Manners): Response | undefined {
  if (request.oids.length > maxBindings) return { errorStatus: TOO_BIG, errorIndex: 0, bindings: [] }
  switch (request.type) {
    case pduType.get:
      return finished(
        request,
        request.oids.map((oid) => binding(oid, mib, tag.noSuchInstance)),
      )
    case pduType.getNext:
      return finished(
        request,
        request.oids.map((oid) => next(oid, mib)),
      )
    case pduType.getBulk:
      if (request.version === V1) return undefined
      return { errorStatus: NO_ERROR, errorIndex: 0, bindings: bulk(request, mib, maxBindings) }
    case pduType.set:
      return { errorStatus: GEN_ERR, errorIndex: 1, bindings: [] }
    default:
      return undefined
  }
}

function binding(oid: string, mib: Mib, otherwise: number): Binding {
  const value = mib.get(oid)
  return [oid, value ? encodeValue(value) : exception(otherwise)]
}

function next(oid: string, mib: Mib): Binding {
  const following = mib.after(oid)
  return following === undefined
    ? [oid, exception(tag.endOfMibView)]
    : binding(following, mib, tag.noSuchInstance)
}

function bulk(request: Request, mib: Mib, maxBindings: number): Binding[] {
  const bindings = request.oids.slice(0, request.nonRepeaters).map((oid) => next(oid, mib))
  let row = request.oids.slice(request.nonRepeaters)
  const repetitions = Math.min(request.maxRepetitions, MAX_REPETITIONS)
  for (let count = 0; count < repetitions && bindings.length + row.length <= maxBindings; count++) {
    const found = row.map((oid) => next(oid, mib))
    bindings.push(...found)
    row = found.map(([oid]) => oid)
  }
  return bindings
}

/** SNMP v1 has no exceptions: one missing value is an error of the whole answer, which then repeats the question. */
function finished(request: Request, bindings: Binding[]): Response {
  const missing = bindings.findIndex(([, value]) => (value[0] ?? 0) >= tag.noSuchObject)
  if (request.version !== V1 || missing < 0) return { errorStatus: NO_ERROR, errorIndex: 0, bindings }
  const asked = request.oids.map((oid): Binding => [oid, Buffer.from([tag.null, 0])])
  return { errorStatus: NO_SUCH_NAME, errorIndex: missing + 1, bindings: asked }
}
