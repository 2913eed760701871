import type { DriverRegistry } from '../../gateway/devices/roster.ts'
import type { Deadline, Ear, Observation, Target } from '../../gateway/drivers/driver.ts'
import { answer } from './scripted-question.ts'

/** Devices of a site as a test wants them: those asked answer through `ask`, those listened to speak through their ear. */
export class FakeSite {
  ask: (deviceId: string, deadline: Deadline) => Promise<Observation> = async () => answer
  readonly ears = new Map<string, Ear>()
  readonly settings = new Map<string, unknown>()
  /** Every address is one broker unless a test says otherwise. */
  link = 'broker at the site'

  readonly drivers: DriverRegistry = {
    snmp: () => ({
      mode: 'asked',
      check: (target, deadline) => this.#asked(target, deadline),
      probe: (target, deadline) => this.#asked(target, deadline),
      forget: (deviceId) => this.settings.delete(deviceId),
      close: async () => undefined,
    }),
    mqtt: () => ({
      mode: 'listened',
      link: () => this.link,
      listen: (target, ear) => {
        this.settings.set(target.deviceId, target.settings)
        this.ears.set(target.deviceId, ear)
        return () => this.ears.delete(target.deviceId)
      },
      close: async () => undefined,
    }),
  }

  #asked(target: Target<unknown>, deadline: Deadline): Promise<Observation> {
    this.settings.set(target.deviceId, target.settings)
    return this.ask(target.deviceId, deadline)
  }
}
