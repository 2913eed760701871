import type { MqttSettings } from '@stillwatch/contract/drivers/mqtt.ts'
import type { Observation } from '../driver.ts'
import { payloadValues } from './to-samples.ts'
import { hasWildcard, topicMatches } from './topic-filter.ts'

export interface Message {
  topic: string
  payload: Buffer
  /** The broker kept it from earlier; says nothing about now. */
  retained: boolean
}

/**
 * What a message means for a device, or undefined when it means nothing.
 *
 * | message                     | means                                                                   |
 * |-----------------------------|-------------------------------------------------------------------------|
 * | offline payload             | reported offline: usually the last will, spoken by the broker           |
 * | offline payload, retained   | the same, but only while the device has not been heard since we listen: |
 * |                             | devices that retain `offline` but not `online` would die at every       |
 * |                             | reconnect of ours                                                       |
 * | anything else, retained     | nothing: a stored `online` outlives the device                          |
 * | availability topic          | alive                                                                   |
 * | anything else               | alive, with the payload's values                                        |
 *
 * The offline payload counts on every topic of the device: a filter like `door/#` covers the will's topic too.
 */
export function hear(
  settings: MqttSettings,
  message: Message,
  heardBefore: boolean,
): Observation | undefined {
  if (isOffline(settings, message.payload)) {
    if (message.retained && heardBefore) return undefined
    const by = message.retained ? 'a message kept by the broker' : 'its last will or its own word'
    return { ok: false, alive: false, reason: 'reported_offline', detail: `reported offline by ${by}` }
  }
  if (message.retained) return undefined
  const { availabilityTopic } = settings
  if (availabilityTopic !== undefined && topicMatches(availabilityTopic, message.topic)) {
    return { ok: true, alive: true }
  }
  const { samples, facts, detail } = payloadValues(message.payload, nameFor(settings.topic, message.topic))
  return {
    ok: true,
    alive: true,
    ...(Object.keys(samples).length > 0 && { samples }),
    ...(Object.keys(facts).length > 0 && { facts }),
    ...(detail !== undefined && { detail }),
  }
}

/** Plain, or as some bridges write it: `{"state": "offline"}`. */
function isOffline(settings: MqttSettings, payload: Buffer): boolean {
  const { offlinePayload } = settings
  if (offlinePayload === '' || payload.length > offlinePayload.length + 64) return false
  const text = payload.toString('utf8').trim()
  if (text === offlinePayload) return true
  return /^\{\s*"state"\s*:\s*"([^"]*)"\s*\}$/.exec(text)?.[1] === offlinePayload
}

/** A bare value under a wildcard is told apart by the last level of its topic: `door/temperature` → `temperature`. */
function nameFor(filter: string, topic: string): string {
  return hasWildcard(filter) ? (topic.split('/').at(-1) ?? 'value') : 'value'
}
