import { host } from './host.ts'
import { interfaces } from './interfaces.ts'
import type { Section } from './section.ts'
import { sensors } from './sensors.ts'
import { ups } from './ups.ts'

/** Everything an unknown agent is searched for, in this order. */
export const sections: readonly Section[] = [interfaces, host, ups, sensors]
