import type { Draft } from '../health/fleet.ts'
import type { RoadRows } from '../store/records/road-rows.ts'

/** Writes what a group has changed about devices and gateways. Tickets follow after it: they read the conditions. */
export function writeDraft({ draft, rows }: { draft: Draft; rows: RoadRows }, at: number): void {
  for (const gateway of draft.touchedGateways) {
    rows.gateway(gateway)
    const before = draft.fleet.gateways.get(gateway.id)
    if (before?.link !== gateway.link) rows.live('gateway', gateway.id, { link: gateway.link }, at)
  }
  for (const id of draft.verdicts) {
    const device = draft.peek(id)
    if (!device) continue
    const { state, since, reason, restartedWatched, limitTracks } = device
    rows.state({ deviceId: id, state, since, reason, restartedWatched, limitTracks })
    rows.live('device', id, { state, since }, at)
  }
  for (const { subjectId, condition, until } of draft.conditions.values())
    rows.condition({ ...condition, subjectId, until })
  for (const row of draft.timeline) rows.timeline(row)
  for (const row of draft.facts) rows.fact(row)
}
