import fc from 'fast-check'
import type { ModelDevice } from './model-gateway.ts'
import type { ModelWorld } from './model-world.ts'
import { requireSame } from './same-fleet.ts'

/** One thing that happens to the world. */
export interface Command {
  name: string
  run(world: ModelWorld): void | Promise<void>
}

const gatewayId = fc.constantFrom('gw-a', 'gw-b')
const index = fc.nat(5)
const shortly = fc.integer({ min: 1, max: 9 }).map((ticks) => ticks * 5_000)
const longer = fc.integer({ min: 4, max: 60 }).map((ticks) => ticks * 5_000)

const command =
  <Args extends unknown[]>(
    name: string,
    run: (world: ModelWorld, ...args: Args) => void | Promise<void>,
  ): ((...args: Args) => Command) =>
  (...args) => ({ name: `${name}(${args.join(', ')})`, run: (world) => run(world, ...args) })

const pass = command('pass', (world, ms: number) => world.pass(ms))
const die = command('die', (world, device: number) => world.setAlive(device, false))
const live = command('live', (world, device: number) => world.setAlive(device, true))
const cut = command('cut', (world, id: string) => world.cut(id))
const join = command('join', (world, id: string) => world.join(id))
const deaf = command('deaf', (world, id: string, isDeaf: boolean) => world.gateway(id).setDeaf(isDeaf))
const off = command('gateway off', (world, id: string, ms: number) => {
  world.stopGateway(id)
  world.pass(ms)
  world.startGateway(id)
})
const suspend = command('suspend', (world, id: string, ms: number) => world.suspend(id, ms))
const step = command('clock step', (world, id: string, ms: number) => world.stepClock(id, ms))
const crash = command('server crash', (world) => {
  requireSame(world.server.fleet, world.server.loaded())
  world.stopServer()
  world.startServer()
})
const serverOff = command('server off', (world, ms: number) => {
  world.stopServer()
  world.pass(ms)
  world.startServer()
})
const checkpoint = command('checkpoint', (world, trim: boolean) => world.server.checkpoint(trim))
const backup = command('backup', (world) => world.backup())
const restore = command('restore', (world) => world.restore())
const enrol = command('enrol again', (world, id: string) => world.enrolAgain(id))
const keepCopy = command('keep copy', (world, id: string) => world.keepCopy(id))
const swapCopy = command('swap copy', (world, id: string) => world.swapCopy(id))
const confirm = command('confirm', (world, id: string) => world.confirm(id))
const move = command('move', (world, device: number, to: string) => world.move(device, to))
const drop = command('spool drops', (world, id: string) => world.gateway(id).dropOldest(world.now))
const damage = command('damaged batch', (world, id: string) => {
  world.gateway(id).damageNext = true
})
const failCommit = command('commit fails', (world) => {
  world.server.failures = 1
})
const loseAnswers = command('answers lost', (world, count: number) => {
  world.deafExchanges = count
})

const stepMs = fc.constantFrom(-1_200_000, -30_000, 30_000, 600_000, 1_200_000)

export const commands = fc.array(
  fc.oneof(
    { weight: 10, arbitrary: shortly.map(pass) },
    { weight: 3, arbitrary: longer.map(pass) },
    { weight: 5, arbitrary: index.map(die) },
    { weight: 4, arbitrary: index.map(live) },
    { weight: 3, arbitrary: gatewayId.map(cut) },
    { weight: 3, arbitrary: gatewayId.map(join) },
    { weight: 2, arbitrary: fc.tuple(gatewayId, fc.boolean()).map(([id, isDeaf]) => deaf(id, isDeaf)) },
    { weight: 2, arbitrary: fc.tuple(gatewayId, longer).map(([id, ms]) => off(id, ms)) },
    { weight: 2, arbitrary: fc.tuple(gatewayId, longer).map(([id, ms]) => suspend(id, ms)) },
    { weight: 2, arbitrary: fc.tuple(gatewayId, stepMs).map(([id, ms]) => step(id, ms)) },
    { weight: 5, arbitrary: fc.constant(null).map(() => crash()) },
    { weight: 2, arbitrary: longer.map(serverOff) },
    { weight: 2, arbitrary: fc.boolean().map(checkpoint) },
    { weight: 1, arbitrary: fc.constant(null).map(() => backup()) },
    { weight: 1, arbitrary: fc.constant(null).map(() => restore()) },
    { weight: 1, arbitrary: gatewayId.map(enrol) },
    { weight: 1, arbitrary: gatewayId.map(keepCopy) },
    { weight: 1, arbitrary: gatewayId.map(swapCopy) },
    { weight: 1, arbitrary: gatewayId.map(confirm) },
    { weight: 2, arbitrary: fc.tuple(index, gatewayId).map(([device, id]) => move(device, id)) },
    { weight: 1, arbitrary: gatewayId.map(drop) },
    { weight: 1, arbitrary: gatewayId.map(damage) },
    { weight: 2, arbitrary: fc.constant(null).map(() => failCommit()) },
    { weight: 2, arbitrary: fc.integer({ min: 1, max: 3 }).map(loseAnswers) },
  ),
  { maxLength: 24 },
)

/** What happens on the site and to its gateways, but nothing to the server: the same on every run. */
export const plainCommands = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: shortly.map(pass) },
    { weight: 3, arbitrary: longer.map(pass) },
    { weight: 5, arbitrary: index.map(die) },
    { weight: 4, arbitrary: index.map(live) },
    { weight: 3, arbitrary: gatewayId.map(cut) },
    { weight: 3, arbitrary: gatewayId.map(join) },
    { weight: 2, arbitrary: fc.tuple(gatewayId, fc.boolean()).map(([id, isDeaf]) => deaf(id, isDeaf)) },
    { weight: 2, arbitrary: fc.tuple(gatewayId, longer).map(([id, ms]) => off(id, ms)) },
    { weight: 1, arbitrary: fc.tuple(gatewayId, longer).map(([id, ms]) => suspend(id, ms)) },
    { weight: 1, arbitrary: fc.tuple(gatewayId, stepMs).map(([id, ms]) => step(id, ms)) },
    { weight: 1, arbitrary: fc.tuple(index, gatewayId).map(([device, id]) => move(device, id)) },
    { weight: 1, arbitrary: gatewayId.map(drop) },
    { weight: 1, arbitrary: gatewayId.map(damage) },
  ),
  { maxLength: 14 },
)

const windows = fc.constantFrom(30_000, 60_000, 90_000)

/** A few devices; each may stand behind devices that come before it. */
export const devices: fc.Arbitrary<ModelDevice[]> = fc
  .array(
    fc.record({
      windowMs: windows,
      listened: fc.boolean(),
      behind: fc.array(fc.nat(4), { maxLength: 2 }),
    }),
    { minLength: 1, maxLength: 5 },
  )
  .map((wanted) => {
    const made: ModelDevice[] = []
    for (const [at, { windowMs, listened, behind }] of wanted.entries()) {
      const ancestors = [...new Set(behind)].flatMap((back) => made[at - 1 - back] ?? [])
      made.push({ id: `d${at}`, windowMs, listened, ancestors, alive: true })
    }
    return made
  })
