import * as oids from '../oids.ts'
import type { Rule } from '../rules.ts'
import { indexesOf, instanceOf, numberOf, type Replies, textOf } from '../values.ts'
import type { Section } from './section.ts'

const MAX_SENSORS = 64
const OPER_OK = 1
/** The MIB's own marks for "below" and "above what I can measure" are the ends of this range. */
const RANGE = 999_999_999
/** EntitySensorDataScale 9 is the unit itself; each step is a factor of 1,000. */
const SCALE_OF_UNITS = 9
const MAX_SCALE = 17
const MAX_PRECISION = 9

/** EntitySensorDataType → metric. What is not here has no unit that we could name. */
const metrics: Readonly<Record<number, string>> = {
  3: 'sensor_v',
  4: 'sensor_v',
  5: 'sensor_a',
  6: 'sensor_w',
  7: 'sensor_hz',
  8: 'sensor_c',
  9: 'sensor_humidity_percent',
  10: 'sensor_rpm',
  12: 'sensor_state',
}

/** Temperature, voltage, fans … of switches and chassis: ENTITY-SENSOR-MIB. */
export const sensors: Section = {
  name: 'sensors',
  root: oids.entPhySensorType,
  walks: [{ subtree: oids.entPhySensorType, maxRows: MAX_SENSORS }],
  details: (found) =>
    indexesOf(found, oids.entPhySensorType).flatMap((row) => [
      `${oids.entPhySensorScale}.${row}`,
      `${oids.entPhySensorPrecision}.${row}`,
      `${oids.entPhysicalDescr}.${row}`,
    ]),
  plan(found) {
    const rows = indexesOf(found, oids.entPhySensorType)
    return {
      rules: rows.flatMap((row) => sensorRule(row, found)),
      facts: Object.fromEntries(rows.flatMap((row) => nameOf(row, found))),
    }
  },
}

function sensorRule(row: string, found: Replies): Rule[] {
  const at = (column: string) => numberOf(found.get(`${column}.${row}`))
  const metric = metrics[at(oids.entPhySensorType) ?? 0]
  if (metric === undefined) return []
  const scale = at(oids.entPhySensorScale) ?? SCALE_OF_UNITS
  const precision = at(oids.entPhySensorPrecision) ?? 0
  if (scale < 1 || scale > MAX_SCALE || Math.abs(precision) > MAX_PRECISION) return []
  return [
    {
      make: 'value',
      metric: `${metric}.${instanceOf(row)}`,
      oid: `${oids.entPhySensorValue}.${row}`,
      factor: 10 ** (3 * (scale - SCALE_OF_UNITS) - precision),
      min: -RANGE,
      max: RANGE,
      when: { oid: `${oids.entPhySensorOperStatus}.${row}`, is: [OPER_OK] },
    },
  ]
}

function nameOf(row: string, found: Replies): [string, string][] {
  const name = textOf(found.get(`${oids.entPhysicalDescr}.${row}`))
  return name === undefined ? [] : [[`sensor_name_${instanceOf(row)}`, name]]
}
