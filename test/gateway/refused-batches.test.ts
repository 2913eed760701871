import { expect, onTestFinished, test } from 'vitest'
import { RoadServer } from '../fakes/road-server.ts'
import { temporaryDirectory } from '../fakes/temporary-directory.ts'
import { identityIn, startSite } from './site.ts'

test('a server that refuses every batch is told of it now and then, not in one more batch for each', async () => {
  const dataDir = temporaryDirectory()
  const server = await new RoadServer('gateway-1').start()
  onTestFinished(() => server.stop())
  const { clock, gateway } = await startSite(dataDir, identityIn(dataDir, server.url))
  onTestFinished(() => gateway.close())
  server.now = () => clock.now()
  let told = 0
  const refuseAll = () => {
    for (; told < server.lastApplied; told += 1) {
      const refused = [{ seq: told + 1, code: 'quarantined' as const }]
      server.send('ack', { epoch: 1, through: server.lastApplied, refused, now: clock.now() })
    }
  }
  for (let second = 0; second < 120; second += 1) {
    await clock.advance(1_000)
    await server.until(() => gateway.status().spoolDepth === 0)
    refuseAll()
  }
  const events = server.applied.flatMap(({ batch }) => batch.devices).flatMap((entry) => entry.events ?? [])
  const complaints = events.filter((event) => event.kind === 'batches_refused')
  expect(complaints.length).toBeGreaterThan(0)
  expect(complaints.length).toBeLessThanOrEqual(3)
})
