import { MAX_FACT_LENGTH } from '@stillwatch/contract/sample.ts'
import { metricNameOf } from './names.ts'

export const MAX_PAYLOAD_BYTES = 64 * 1024
/** Of one message; a device that says more is not describing itself. */
const MAX_VALUES = 128

export interface PayloadValues {
  samples: Record<string, number>
  facts: Record<string, string | boolean>
  /** Why nothing, or not everything, was taken from the payload. */
  detail?: string
}

const nothing = (detail?: string): PayloadValues => ({
  samples: {},
  facts: {},
  ...(detail !== undefined && { detail }),
})

/**
 * The values in a payload. JSON objects are flattened one level (`{"battery": {"percent": 80}}` → `battery_percent`);
 * a bare number, text or truth value is called `name`. Whatever it is, the message itself is still evidence of life.
 */
export function payloadValues(payload: Buffer, name: string): PayloadValues {
  if (payload.length > MAX_PAYLOAD_BYTES) {
    return nothing(`a payload of ${payload.length} bytes was not read (limit ${MAX_PAYLOAD_BYTES})`)
  }
  const text = readableText(payload)
  if (text === undefined) return nothing('the payload is not text')
  if (text === '') return nothing()
  const parsed = json(text)
  if (parsed === undefined && /^[[{"]/.test(text)) return nothing('the payload is not valid JSON')
  if (Array.isArray(parsed)) return nothing('the payload is a list')
  if (typeof parsed === 'object' && parsed !== null) return fromObject(parsed)
  const values = nothing()
  take(values, name, parsed === undefined ? text : parsed)
  return values
}

/** Text without control characters, trimmed; undefined for bytes that are not UTF-8 text. */
function readableText(payload: Buffer): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(payload).trim()
    return /[\p{Cc}--[\t\n\r]]/v.test(text) ? undefined : text
  } catch {
    return undefined
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function fromObject(object: object): PayloadValues {
  const values = nothing()
  for (const [key, value] of Object.entries(object)) {
    if (typeof value !== 'object' || value === null) {
      take(values, key, value)
    } else if (!Array.isArray(value)) {
      for (const [inner, innerValue] of Object.entries(value)) take(values, `${key}_${inner}`, innerValue)
    }
  }
  return values
}

/** The first of two names that come out the same wins; what is no number, text or truth value is left out. */
function take(values: PayloadValues, name: string, value: unknown): void {
  const metric = metricNameOf(name)
  if (metric === undefined || Object.hasOwn(values.samples, metric) || Object.hasOwn(values.facts, metric))
    return
  if (Object.keys(values.samples).length + Object.keys(values.facts).length >= MAX_VALUES) {
    values.detail = `only the first ${MAX_VALUES} values were read`
  } else if (typeof value === 'number') {
    if (Number.isFinite(value)) values.samples[metric] = value
    else values.detail = `${metric} is not a finite number`
  } else if (typeof value === 'boolean') {
    values.facts[metric] = value
  } else if (typeof value === 'string') {
    values.facts[metric] = value.slice(0, MAX_FACT_LENGTH).toWellFormed()
  }
}
