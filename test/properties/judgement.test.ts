import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openCaseDatabase } from '../server/road/server-under-test.ts'
import { propertyParameters } from '../suites/counts.ts'
import { type Command, commands, devices } from './commands.ts'
import { answers, type ModelDevice } from './model-gateway.ts'
import { ModelWorld } from './model-world.ts'
import { requireSame } from './same-fleet.ts'

const db = openCaseDatabase()

async function lifeOf(
  kinds: readonly ModelDevice[],
  events: readonly Command[],
  look: (world: ModelWorld) => void | Promise<void>,
): Promise<void> {
  const world = new ModelWorld(
    db,
    kinds.map((device) => Object.assign(device, { alive: true })),
  )
  try {
    world.pass(60_000)
    for (const event of events) await event.run(world)
    await look(world)
  } finally {
    world.server.end()
  }
}

/** What is true of a device, in the words of the server. */
const truthOf = (device: ModelDevice): string =>
  answers(device)
    ? 'up'
    : device.ancestors.some(answers) || device.ancestors.length === 0
      ? 'down'
      : 'unreachable'

test('whatever happens, nothing alive is called silent, nothing dead is missed, and a restart changes nothing', async () => {
  await fc.assert(
    fc.asyncProperty(devices, commands, (kinds, events) =>
      lifeOf(kinds, events, async (world) => {
        await world.calm()
        const slowest = Math.max(...kinds.map((device) => device.windowMs))
        world.pass(2 * slowest + 60_000)
        requireSame(world.server.fleet, world.server.loaded())
        const found = kinds.map(({ id }) => [id, world.server.fleet.devices.get(id)?.state])
        expect(found).toEqual(kinds.map((device) => [device.id, truthOf(device)]))
        const open = world.server.all(
          "SELECT dedup_key AS key FROM ticket WHERE state = 'new' AND cause = 'silent' ORDER BY dedup_key",
        )
        const recovering = world.server.all(
          "SELECT 1 FROM condition WHERE code = 'silent' AND until IS NULL AND recovered_at IS NOT NULL",
        )
        const dead = kinds.filter((device) => truthOf(device) === 'down')
        const dueKeys = dead.map(({ id }) => `${id}|silent`)
        expect(open.map((row) => row.key).filter((key) => dueKeys.includes(String(key)))).toEqual(
          dueKeys.sort(),
        )
        expect(open.length - dueKeys.length).toBe(recovering.length)
      }),
    ),
    { ...propertyParameters(), endOnFailure: false },
  )
})
