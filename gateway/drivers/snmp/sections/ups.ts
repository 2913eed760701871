import { ups as upsMib } from '../oids.ts'
import type { Rule } from '../rules.ts'
import { indexesOf, instanceOf, type Oid, type Replies } from '../values.ts'
import type { Section } from './section.ts'

const SECONDS_PER_MINUTE = 60
const MAX_LINES = 6
const MAX_PERCENT = 300
const DAY_S = 86_400

/** RFC 1628. The last column keeps sentinels (-1, 65535 …) and nonsense out; it is in the unit of the MIB. */
const scalars: readonly [metric: string, oid: Oid, factor: number, min: number, max: number][] = [
  ['ups_battery_state', `${upsMib}.2.1.0`, 1, 1, 4],
  ['ups_on_battery_s', `${upsMib}.2.2.0`, 1, 0, 30 * DAY_S],
  ['ups_runtime_left_s', `${upsMib}.2.3.0`, SECONDS_PER_MINUTE, 0, 60_000],
  ['ups_battery_charge_percent', `${upsMib}.2.4.0`, 1, 0, 100],
  ['ups_battery_v', `${upsMib}.2.5.0`, 0.1, 1, 20_000],
  ['ups_battery_a', `${upsMib}.2.6.0`, 0.1, -20_000, 20_000],
  ['ups_battery_temperature_c', `${upsMib}.2.7.0`, 1, -60, 150],
  ['ups_output_source_state', `${upsMib}.4.1.0`, 1, 1, 7],
  ['ups_alarms_count', `${upsMib}.6.1.0`, 1, 0, 1_000],
]

/** One row per phase. */
const lines: readonly [metric: string, column: Oid, factor: number, min: number, max: number][] = [
  ['ups_input_hz', `${upsMib}.3.3.1.2`, 0.1, 0, 1_000],
  ['ups_input_v', `${upsMib}.3.3.1.3`, 1, 0, 2_000],
  ['ups_output_v', `${upsMib}.4.4.1.2`, 1, 0, 2_000],
  ['ups_output_w', `${upsMib}.4.4.1.4`, 1, 0, 10_000_000],
  ['ups_load_percent', `${upsMib}.4.4.1.5`, 1, 0, MAX_PERCENT],
]

export const ups: Section = {
  name: 'ups',
  root: upsMib,
  walks: [
    { subtree: `${upsMib}.2`, maxRows: 16 },
    { subtree: `${upsMib}.4.1`, maxRows: 1 },
    { subtree: `${upsMib}.6.1`, maxRows: 1 },
    ...lines.map(([, column]) => ({ subtree: column, maxRows: MAX_LINES })),
  ],
  details: () => [],
  plan: (found) => ({ rules: [...scalarRules(found), ...lineRules(found)], facts: {} }),
}

function scalarRules(found: Replies): Rule[] {
  return scalars
    .filter(([, oid]) => found.has(oid))
    .map(([metric, oid, factor, min, max]) => ({ make: 'value', metric, oid, factor, min, max }))
}

function lineRules(found: Replies): Rule[] {
  return lines.flatMap(([metric, column, factor, min, max]) =>
    indexesOf(found, column).map(
      (line): Rule => ({
        make: 'value',
        metric: `${metric}.${instanceOf(line)}`,
        oid: `${column}.${line}`,
        factor,
        min,
        max,
      }),
    ),
  )
}
