/** MQTT topics between one gateway and the server. A gateway publishes below its own `up` and reads below its own `down`. */
export const TOPIC_ROOT = 'stillwatch/1'

export type UpLeaf = 'hello' | 'batch' | 'beat' | 'answer' | 'gone'
export type DownLeaf = 'welcome' | 'ack' | 'config' | 'ask' | 'refused'

export const upTopic = (gatewayId: string, leaf: Exclude<UpLeaf, 'batch'>): string =>
  `${TOPIC_ROOT}/${gatewayId}/up/${leaf}`
export const downTopic = (gatewayId: string, leaf: DownLeaf): string =>
  `${TOPIC_ROOT}/${gatewayId}/down/${leaf}`
/** Everything the server says to one gateway. */
export const downFilter = (gatewayId: string): string => `${TOPIC_ROOT}/${gatewayId}/down/#`

/** The number travels in the topic, so that the place of a batch is known even when its body cannot be read. */
export const batchTopic = (gatewayId: string, epoch: number, seq: number): string =>
  `${TOPIC_ROOT}/${gatewayId}/up/batch/${epoch}/${seq}`

export type Up = { leaf: Exclude<UpLeaf, 'batch'> } | { leaf: 'batch'; epoch: number; seq: number }

const plainLeaves = ['hello', 'beat', 'answer', 'gone'] as const
const numberedBatch = /^batch\/(\d{1,15})\/(\d{1,15})$/

/** Reads a topic as one of this gateway's own `up` topics; undefined for any other. */
export function parseUpTopic(gatewayId: string, topic: string): Up | undefined {
  const prefix = `${TOPIC_ROOT}/${gatewayId}/up/`
  if (!topic.startsWith(prefix)) return undefined
  const rest = topic.slice(prefix.length)
  const plain = plainLeaves.find((leaf) => leaf === rest)
  if (plain) return { leaf: plain }
  const batch = numberedBatch.exec(rest)
  return batch ? { leaf: 'batch', epoch: Number(batch[1]), seq: Number(batch[2]) } : undefined
}
