import { Enrolment, EnrolmentAnswer } from '@stillwatch/contract/api/gateways.ts'
import type { Clock } from '@stillwatch/contract/time.ts'
import type { FastifyBaseLogger } from 'fastify'
import type { FleetListener } from '../health/view.ts'
import type { App } from '../http/app-type.ts'
import type { Records } from '../store/records/records.ts'
import { enrol } from './enrol.ts'

export interface EnrolmentDeps {
  records: Records
  clock: Clock
  log: FastifyBaseLogger
  fleet: FleetListener
  /** Where the gateway finds the broker, given the host under which it has found us; known once it listens. */
  mqttUrl(askedHost: string): string
  /** The certificate a gateway shall trust from now on, PEM; null without TLS. */
  caPem: string | null
}

/** Called by a gateway that has a code and nothing else. */
export function enrolmentRoutes(app: App, deps: EnrolmentDeps): void {
  const { records, clock, log, fleet, mqttUrl, caPem } = deps
  app.post(
    '/api/v1/enrolments',
    {
      bodyLimit: 16_384,
      config: {
        may: 'anyone',
        answers: ['enrolment_refused'],
        rateLimit: { max: 30, timeWindow: '1 minute' },
      },
      schema: {
        summary: 'Enrol a gateway with its one-time code',
        description: 'The same code with the same secret hash answers the same for 10 minutes.',
        tags: ['gateways'],
        body: Enrolment,
        response: { 201: EnrolmentAnswer },
      },
    },
    async ({ body, ip, hostname }, reply) => {
      const { gatewayId, epoch, applied } = await records.write(
        (trx) => enrol(trx, body, clock.now()),
        (enrolled) => {
          if (enrolled.changed) fleet.gatewayChanged(enrolled.gatewayId)
        },
      )
      log.info({ gatewayId, epoch, address: ip }, 'A gateway enrolled.')
      return reply.code(201).send({
        gatewayId,
        epoch,
        mqttUrl: mqttUrl(hostname),
        now: clock.now(),
        ...(caPem === null ? {} : { caPem }),
        ...(applied === undefined ? {} : { applied }),
      })
    },
  )
}
