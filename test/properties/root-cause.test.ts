import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openCaseDatabase } from '../server/road/server-under-test.ts'
import { propertyParameters } from '../suites/counts.ts'
import { devices } from './commands.ts'
import { lifeOf, patienceMs } from './life-of.ts'
import { answers, type ModelDevice } from './model-gateway.ts'
import type { ModelWorld } from './model-world.ts'

const db = openCaseDatabase()
const SETTLED_MS = 240_000

/** Passes time with a restart of the server somewhere in it. */
function passWithRestart(world: ModelWorld, atMs: number): void {
  world.pass(atMs)
  world.stopServer()
  world.startServer()
  world.pass(SETTLED_MS - atMs)
}

const openSilences = ({ server }: ModelWorld): unknown[] =>
  server
    .all(
      "SELECT dedup_key AS key FROM ticket WHERE cause = 'silent' AND state NOT IN ('resolved', 'cancelled') ORDER BY key",
    )
    .map((row) => row.key)

const listedBehind = ({ server }: ModelWorld): unknown[] =>
  server
    .all('SELECT device_id AS id FROM ticket_affected WHERE until IS NULL ORDER BY id')
    .map((row) => row.id)

const idsOf = (some: readonly ModelDevice[]): string[] => some.map((device) => device.id)
const restartAt = fc.integer({ min: 1, max: 20 }).map((ticks) => ticks * 5_000)

test('one device dies: one ticket, on it everything that has no other path, and all of it ends when the device is back', {
  timeout: patienceMs,
}, async () => {
  await fc.assert(
    fc.asyncProperty(devices, fc.nat(4), restartAt, restartAt, (kinds, at, first, second) =>
      lifeOf(db, kinds, [], (world) => {
        const root = kinds[at % kinds.length] as ModelDevice
        root.alive = false
        passWithRestart(world, first)
        const behind = kinds.filter((device) => device !== root && !answers(device))
        expect(openSilences(world)).toEqual([`${root.id}|silent`])
        expect(listedBehind(world)).toEqual(idsOf(behind))
        root.alive = true
        passWithRestart(world, second)
        world.pass(SETTLED_MS)
        expect(openSilences(world)).toEqual([])
        expect(listedBehind(world)).toEqual([])
        const states = kinds.map(({ id }) => world.server.fleet.devices.get(id)?.state)
        expect(states).toEqual(kinds.map(() => 'up'))
      }),
    ),
    propertyParameters(0.2),
  )
})

test('a device that dies behind a dead one has no ticket of its own until its ancestor is back', {
  timeout: patienceMs,
}, async () => {
  await fc.assert(
    fc.asyncProperty(devices, fc.nat(4), fc.nat(4), (kinds, at, other) =>
      lifeOf(db, kinds, [], (world) => {
        const root = kinds[at % kinds.length] as ModelDevice
        root.alive = false
        const behind = kinds.filter((device) => device !== root && !answers(device))
        fc.pre(behind.length > 0)
        world.pass(SETTLED_MS)
        const hidden = behind[other % behind.length] as ModelDevice
        hidden.alive = false
        world.pass(60_000)
        expect(openSilences(world)).toEqual([`${root.id}|silent`])
        root.alive = true
        world.pass(2 * SETTLED_MS)
        expect(openSilences(world)).toEqual([`${hidden.id}|silent`])
        expect(listedBehind(world)).toEqual(
          idsOf(kinds.filter((device) => device !== hidden && !answers(device))),
        )
      }),
    ),
    propertyParameters(0.1),
  )
})

test('a device that had died by itself keeps its ticket when its ancestor dies later', {
  timeout: patienceMs,
}, async () => {
  await fc.assert(
    fc.asyncProperty(devices, fc.nat(4), (kinds, at) =>
      lifeOf(db, kinds, [], (world) => {
        const child = kinds[at % kinds.length] as ModelDevice
        const [ancestor] = child.ancestors
        fc.pre(ancestor !== undefined)
        child.alive = false
        world.pass(SETTLED_MS)
        for (const dying of child.ancestors) dying.alive = false
        world.pass(SETTLED_MS)
        expect(openSilences(world)).toContain(`${child.id}|silent`)
        expect(world.server.fleet.devices.get(child.id)?.state).toBe('down')
      }),
    ),
    propertyParameters(0.1),
  )
})
