import type { DatabaseSync } from 'node:sqlite'
import { propertyRuns } from '../suites/counts.ts'
import type { Command } from './commands.ts'
import type { ModelDevice } from './model-gateway.ts'
import { ModelWorld } from './model-world.ts'

/** A life takes some 10 ms on a machine of its own, several times that on a busy one. */
export const patienceMs = 60_000 + propertyRuns * 100

/** Lets a world live through some events and looks at what has become of it. Nothing of it is left afterwards. */
export async function lifeOf<Result>(
  db: DatabaseSync,
  devices: readonly ModelDevice[],
  events: readonly Command[],
  look: (world: ModelWorld) => Result | Promise<Result>,
  prepare: (world: ModelWorld) => void = () => undefined,
): Promise<Result> {
  for (const device of devices) device.alive = true
  const world = new ModelWorld(db, devices)
  try {
    prepare(world)
    world.pass(60_000)
    for (const event of events) await event.run(world)
    return await look(world)
  } finally {
    world.server.end()
  }
}
