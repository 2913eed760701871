import type { Outcome, Question } from '../poll/due-check.ts'

const CHECK = 'settings'

/** Says nothing of what was in the settings: a parser's own words might quote a credential. */
export const UNREADABLE =
  'the settings of this device cannot be opened or are not for this gateway; save the device again'

export const unknownDrivers = (names: readonly string[]): string =>
  `this gateway does not know ${names.join(', ')}; give it newer software`

/**
 * A question nobody has to be asked: it says, as often as the device would be asked, why it is not watched as configured. It proves no
 * life, so there is no probe.
 */
export const settingsQuestion = (wrong: string): Question => ({
  check: CHECK,
  ask: async () => ({ ok: false, alive: false, reason: 'unsupported', detail: wrong }),
})

/** Told once when such a device can be watched after all: whoever was told of the trouble hears of its end. */
export const settingsFine: Outcome = { check: CHECK, observation: { ok: true, alive: false }, tookMs: 0 }
