import { missed } from './miss.ts'
import { counted, type Templates } from './template.ts'

/** Why a device is in its state. */
export const states = {
  'state.up': () => 'Works: it answers and nothing is wrong.',
  'state.answers_again': (p) => `Answers again since ${p.at}.`,
  'state.degraded': (p) =>
    `Alive, but ${counted(p.count, 'one thing is', 'things are')} wrong with it: ${p.codes}.`,
  'state.suspect': (p) => `Missed a check (${missed(p)}); asking again.`,
  'state.suspect_quiet': (p) => `Quiet since ${p.since}; finding out why.`,
  'state.restarted': (p) => `${p.ancestor} is back; waiting for this one to answer.`,
  'state.down': (p) => `Silent: ${missed(p)}. Last sign of life ${p.since}.`,
  'state.down_never_seen': (p) => `Has never answered: ${missed(p)}.`,
  'state.unreachable': (p) => `Cannot be reached: ${p.ancestor} is down.`,
  'state.never_seen': () => 'No sign of life yet.',
  'state.handed_over': () => 'Being handed over to another gateway.',
  'state.gateway_not_enrolled': () => 'Its gateway has not been enrolled yet.',
  'state.gateway_lost': () => 'Its gateway is not heard, so nobody can tell.',
} as const satisfies Templates
