import type { Batch } from '@stillwatch/contract/road.ts'
import { decodeFrame, encodeFrame } from '../uplink/frames.ts'
import type { Replace } from './place.ts'

/** Our own spool holds only batches we encoded. */
const read = (body: Uint8Array): Batch => decodeFrame(body) as Batch

/** The same batch at a new place. A gateway enrolled anew may have another id: what it said about itself goes under that. */
export const renumber =
  (gatewayId: string): Replace =>
  (body, place) => {
    const { prev: _, ...batch } = read(body)
    const devices = batch.devices.map((entry) =>
      entry.id === batch.gatewayId ? { ...entry, id: gatewayId } : entry,
    )
    return encodeFrame({ ...batch, gatewayId, devices, ...place })
  }

/** The same batch with its times put right: it was written before anybody told this gateway the time, from span `fromSpan` on. */
export const shiftTimes =
  (byMs: number, fromSpan: number): Replace =>
  (body, place) => {
    const { prev: _, approximate, ...batch } = read(body)
    if (!approximate || batch.span < fromSpan)
      return encodeFrame({ ...batch, ...(approximate && { approximate }), ...place })
    return encodeFrame({ ...(shifted(batch, byMs) as object), ...place })
  }

const timeFields = new Set(['t', 'at', 'evidenceAt', 'heldSince', 'spanStart', 'through'])
/** What devices said has names of its own: never looked into. */
const opaque = new Set(['samples', 'facts', 'data', 'configVersion'])

function shifted(value: unknown, byMs: number): unknown {
  if (Array.isArray(value)) return value.map((item) => shifted(item, byMs))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => {
      if (opaque.has(key)) return [key, field]
      if (timeFields.has(key) && typeof field === 'number')
        return [key, Math.max(0, Math.round(field + byMs))]
      return [key, shifted(field, byMs)]
    }),
  )
}
