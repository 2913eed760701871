import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { eventually } from '../fakes/eventually.ts'
import { soakSeconds } from '../suites/counts.ts'
import { everSilent, journalledBatches, lastSpooled, quarantined, spooledBatches } from './both-sides.ts'
import { addDevices, install, startAgents } from './installation.ts'

const DEVICES = 100

test(
  `${soakSeconds} s of ${DEVICES} devices asked every second leave no ticket, no gap and nothing waiting`,
  async () => {
    const installation = await install()
    const { api, gateway, gatewayId, recordsFile, spoolFile } = installation
    await addDevices(installation, await startAgents(DEVICES), () => 30)
    await eventually('values of every device', async () => (await api.states()).up === DEVICES, 60_000)

    // The one place where time itself is what is tried.
    await setTimeout(soakSeconds * 1_000)
    expect((await api.states()).up).toBe(DEVICES)
    await gateway.kill()
    const written = lastSpooled(spoolFile)
    await gateway.start()
    await eventually(
      'all of it is applied',
      async () => (await api.gateway(gatewayId)).lastApplied >= written,
      60_000,
    )

    const spooled = spooledBatches(spoolFile).slice(0, written)
    expect(written).toBeGreaterThan(soakSeconds)
    expect(journalledBatches(recordsFile).slice(0, written)).toEqual(spooled)
    expect(everSilent(recordsFile)).toEqual([])
    expect(quarantined(recordsFile)).toEqual([])
    expect(await api.tickets()).toEqual([])
    expect((await api.gateway(gatewayId)).refused).toEqual({})
  },
  (soakSeconds + 180) * 1_000,
)
