import { missed } from './miss.ts'
import { counted, type Templates } from './template.ts'

/** What a condition rests on. */
export const evidence = {
  'evidence.missed': (p) => missed(p),
  'evidence.limit': (p) => `${p.metric} is ${p.value}`,
  'evidence.ear_deaf': (p) => `${p.ear} cannot be heard: ${p.detail}`,
  'evidence.gateway_lost': (p) =>
    `Not heard since ${p.since}. Nobody can tell how the devices behind it are.`,
  'evidence.gateway_restarting': (p) => `The gateway keeps starting anew: ${p.detail}`,
  'evidence.batches_refused': (p) => `Data of the gateway was refused: ${p.detail}`,
  'evidence.batch_unreadable': () => 'The body cannot be read, or is not the one its topic names.',
  'evidence.data_gap': (p) =>
    `Batches ${p.from} to ${p.to} were dropped by the gateway before they could be sent.`,
  'evidence.data_dropped': (p) =>
    `The gateway had no room for what it could not send: ${counted(p.count, 'one batch was', 'batches were')} dropped so far.`,
  'evidence.cloned_behind': (p) =>
    `The server has batch ${p.applied}, the gateway ends at ${p.newest}: its disk is a copy or was rolled back.`,
  'evidence.cloned_differs': (p) => `Batch ${p.seq} of the gateway is not the one the server has.`,
  'evidence.cloned_chain': (p) => `Batch ${p.seq} does not follow batch ${p.applied} as the server knows it.`,
  'evidence.not_adopted': (p) => `Gateway ${p.gateway} has watched for two minutes without taking it over.`,
  /** Technical words that exist in one language only. */
  plain: (p) => String(p.words),
} as const satisfies Templates
