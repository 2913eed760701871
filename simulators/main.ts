import { parseArgs } from 'node:util'
import { startFleet } from './fleet.ts'

const usage = `npm run simulators -- [--seed 1] [--port 16100] [--switches 2] [--upses 1] [--recorders 1]
                       [--broker mqtt://127.0.0.1:1883] [--detectors 3] [--every 10]

A small building on loopback. SNMP agents answer v1 and v2c, community "public", from --port upwards;
detectors speak to --broker every --every seconds. Ends with Ctrl+C.`

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    port: { type: 'string', default: '16100' },
    switches: { type: 'string', default: '2' },
    upses: { type: 'string', default: '1' },
    recorders: { type: 'string', default: '1' },
    broker: { type: 'string' },
    detectors: { type: 'string', default: '3' },
    every: { type: 'string', default: '10' },
    help: { type: 'boolean', short: 'h', default: false },
  },
})

if (values.help) {
  process.stdout.write(`${usage}\n`)
  process.exit(0)
}

const fleet = await startFleet({
  seed: Number(values.seed),
  firstPort: Number(values.port),
  switches: Number(values.switches),
  upses: Number(values.upses),
  recorders: Number(values.recorders),
  detectors: Number(values.detectors),
  detectorEveryMs: Number(values.every) * 1_000,
  ...(values.broker !== undefined && { brokerUrl: values.broker }),
})

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void fleet.close().then(() => process.exit(0)))
}

for (const { name, kind, protocol, where } of fleet.devices) {
  process.stdout.write(`${protocol}  ${where.padEnd(28)}  ${kind.padEnd(9)}  ${name}\n`)
}
process.stdout.write(`ready: ${fleet.devices.length} simulated devices, seed ${values.seed}\n`)
