import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openCaseDatabase } from '../server/road/server-under-test.ts'
import { propertyParameters } from '../suites/counts.ts'
import { type Command, devices, plainCommands } from './commands.ts'
import { lifeOf, patienceMs } from './life-of.ts'
import type { ModelWorld } from './model-world.ts'
import { seenByPeople } from './same-fleet.ts'

const db = openCaseDatabase()

const look = (world: ModelWorld): unknown => seenByPeople(world.server)

/** After each event, a greeting anew: with it a restart of the server is an input like any other. */
const withGreeting = (events: readonly Command[], also: (world: ModelWorld) => void): Command[] =>
  events.map((event) => ({
    name: event.name,
    async run(world) {
      await event.run(world)
      world.endSessions()
      also(world)
    },
  }))

test('a server that restarts after every event says the same as one that never does', {
  timeout: patienceMs,
}, async () => {
  await fc.assert(
    fc.asyncProperty(devices, plainCommands, fc.boolean(), async (kinds, events, trims) => {
      const steady = await lifeOf(
        db,
        kinds,
        withGreeting(events, () => undefined),
        look,
      )
      const restarts = withGreeting(events, (world) => {
        if (trims) world.server.checkpoint(true)
        world.server.crash()
      })
      expect(await lifeOf(db, kinds, restarts, look)).toEqual(steady)
    }),
    propertyParameters(0.1),
  )
})

test('the order of the entries in a batch changes nothing', { timeout: patienceMs }, async () => {
  await fc.assert(
    fc.asyncProperty(devices, plainCommands, async (kinds, events) => {
      const asWritten = await lifeOf(db, kinds, events, look)
      const reversed = await lifeOf(db, kinds, events, look, (world) => {
        for (const gateway of world.gateways.values()) gateway.arrange = (entries) => entries.toReversed()
      })
      expect(reversed).toEqual(asWritten)
    }),
    propertyParameters(0.1),
  )
})

test('a group that fails and is tried again one by one leaves what it would have left at once', {
  timeout: patienceMs,
}, async () => {
  await fc.assert(
    fc.asyncProperty(devices, plainCommands, async (kinds, events) => {
      const atOnce = await lifeOf(db, kinds, events, look)
      const again = await lifeOf(db, kinds, events, look, (world) => {
        world.server.groupFailures = Number.MAX_SAFE_INTEGER
      })
      expect(again).toEqual(atOnce)
    }),
    propertyParameters(0.1),
  )
})
