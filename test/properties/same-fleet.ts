import { isDeepStrictEqual } from 'node:util'
import type { Fleet } from '../../server/health/fleet.ts'
import type { ServerUnderTest } from '../server/road/server-under-test.ts'

const sorted = <V>(map: ReadonlyMap<string, V>): [string, V][] =>
  [...map].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))

/** What must outlive the process: everything about devices and gateways but the session that runs now. */
function remembered(fleet: Fleet): Record<string, unknown> {
  const devices = sorted(fleet.devices).map(([, device]) => ({
    ...device,
    setup: device.setup.id,
    checks: [...device.checks].sort((a, b) => (a.last.check < b.last.check ? -1 : 1)),
    conditions: sorted(device.conditions),
    facts: sorted(device.facts),
  }))
  const gateways = sorted(fleet.gateways).map(([, gateway]) => ({
    ...gateway,
    conditions: sorted(gateway.conditions),
    clock: { ...gateway.clock, held: sorted(gateway.clock.held) },
    helloNewest: null,
    spoolDepth: null,
    clockOffsetMs: null,
  }))
  return JSON.parse(JSON.stringify({ devices, gateways }))
}

/** Throws with both sides when a fleet that was loaded differs from the one that lived. */
export function requireSame(live: Fleet, loaded: Fleet): void {
  const [ours, theirs] = [remembered(live), remembered(loaded)]
  if (isDeepStrictEqual(ours, theirs)) return
  const different = (kind: 'devices' | 'gateways') =>
    (ours[kind] as unknown[]).flatMap((one, index) => {
      const other = (theirs[kind] as unknown[])[index]
      return isDeepStrictEqual(one, other) ? [] : [{ lived: one, loaded: other }]
    })
  throw new Error(
    `A restart would change the fleet: ${JSON.stringify([...different('devices'), ...different('gateways')], null, 1)}`,
  )
}

/** What people see in the end, without the ids and numbers it got on the way. */
export function seenByPeople(server: ServerUnderTest): unknown {
  return {
    states: server.all('SELECT device_id, state, since, reason FROM device_state ORDER BY device_id'),
    conditions: server.all(
      'SELECT subject_id, code, since, recovered_at, until, evidence FROM condition ORDER BY subject_id, code, since, until',
    ),
    tickets: server.all(
      'SELECT dedup_key, title, state, fault_since, resolves_itself_at FROM ticket ORDER BY dedup_key, fault_since, opened_at',
    ),
    affected: server.all(
      'SELECT t.dedup_key, a.device_id, a.until IS NULL AS now FROM ticket_affected a JOIN ticket t ON t.id = a.ticket_id ORDER BY 1, 2, 3',
    ),
  }
}
