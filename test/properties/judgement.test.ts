import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openCaseDatabase } from '../server/road/server-under-test.ts'
import { propertyParameters } from '../suites/counts.ts'
import { commands, devices } from './commands.ts'
import { lifeOf, patienceMs } from './life-of.ts'
import { answers, type ModelDevice } from './model-gateway.ts'
import type { ModelWorld } from './model-world.ts'
import { requireSame } from './same-fleet.ts'

const db = openCaseDatabase()

/** What the server may say of a device that does not answer: one that died by itself may have an ancestor that died later. */
function allowedFor(device: ModelDevice): string[] {
  if (answers(device)) return ['up']
  const hasPath = device.ancestors.length === 0 || device.ancestors.some(answers)
  return hasPath ? ['down'] : ['down', 'unreachable']
}

/** Everything that was wrong with the world is over for long enough: what is left is what is true now. */
async function requireTruth(world: ModelWorld): Promise<void> {
  await world.calm()
  const slowest = Math.max(...world.devices.map((device) => device.windowMs))
  world.pass(slowest + Math.max(slowest, 60_000) + 60_000)
  requireSame(world.server.fleet, world.server.loaded())
  const down = world.devices.flatMap((device) => {
    const state = world.server.fleet.devices.get(device.id)?.state ?? 'gone'
    expect(allowedFor(device), `${device.id} is called ${state}`).toContain(state)
    return state === 'down' ? [`${device.id}|silent`] : []
  })
  const open = world.server.all(
    `SELECT dedup_key AS key, resolves_itself_at IS NOT NULL AS ends FROM ticket WHERE state = 'new' AND cause = 'silent' ORDER BY key`,
  )
  expect(open.filter((ticket) => !ticket.ends).map((ticket) => ticket.key)).toEqual(down)
  const wellButOpen = open.filter((ticket) => ticket.ends).map((ticket) => ticket.key)
  const recovering = world.server.all(
    "SELECT subject_id || '|silent' AS key FROM condition WHERE code = 'silent' AND until IS NULL AND recovered_at IS NOT NULL ORDER BY key",
  )
  expect(wellButOpen).toEqual(recovering.map((row) => row.key))
}

test('whatever happens, nothing alive is called silent, nothing dead is missed, and a restart changes nothing', {
  timeout: patienceMs,
}, async () => {
  await fc.assert(
    fc.asyncProperty(devices, commands, (kinds, events) => lifeOf(db, kinds, events, requireTruth)),
    propertyParameters(),
  )
})
