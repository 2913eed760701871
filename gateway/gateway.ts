import { createPrivateKey } from 'node:crypto'
import type { Answer, Ask } from '@stillwatch/contract/road.ts'
import type { Clock } from '@stillwatch/contract/time.ts'
import type { Logger } from 'pino'
import { ListInForce } from './devices/list-in-force.ts'
import { type DriverRegistry, Roster } from './devices/roster.ts'
import type { DriverContext } from './drivers/driver.ts'
import type { Identity } from './enrol/identity.ts'
import type { Outcome } from './poll/due-check.ts'
import { Ears } from './poll/ears.ts'
import { Poller } from './poll/poller.ts'
import { SelfEvents } from './self/self-events.ts'
import { type Readings, SelfReport } from './self/self-report.ts'
import { Ledger } from './spool/ledger.ts'
import { toCheckResult } from './spool/to-entry.ts'
import type { GatewayStatus } from './status/status.ts'
import { type StatusPage, startStatusPage } from './status/status-page.ts'
import { Uplink } from './uplink/uplink.ts'
import { Evidence } from './watch/evidence.ts'

export interface GatewayOptions {
  identity: Identity
  dataDir: string
  drivers: DriverRegistry
  clock: Clock
  log: Logger
  software: string
  /** Between 0 and 1. */
  random: () => number
  /** Port of the status page on loopback; 0 picks a free one, -1 leaves it off. */
  statusPort: number
  /** Tells one boot of the machine from another. */
  bootId?: string
  ownBroker?: NonNullable<DriverContext['ownBroker']>
  spoolCapBytes?: number
}

export interface Gateway {
  /** Undefined when the status page is off. */
  readonly statusUrl: string | undefined
  status(): GatewayStatus
  /** Writes down what is known and lets everything go. */
  close(): Promise<void>
}

/** Starts a gateway from what its data directory knows; the server is needed for nothing but sending. */
export async function createGateway(options: GatewayOptions): Promise<Gateway> {
  const gateway = new RunningGateway(options)
  await gateway.start()
  return gateway
}

class RunningGateway implements Gateway {
  readonly #options: GatewayOptions
  readonly #ledger: Ledger
  readonly #evidence: Evidence
  readonly #poller: Poller
  readonly #ears: Ears
  readonly #roster: Roster
  readonly #list: ListInForce
  readonly #uplink: Uplink
  readonly #selfEvents: SelfEvents
  readonly #selfReport: SelfReport
  readonly #evidenceAt = new Map<string, number>()
  /** Devices whose deadline passed while a check was on its way: its end is told at once. */
  readonly #awaited = new Set<string>()
  #statusPage: StatusPage | undefined

  constructor(options: GatewayOptions) {
    this.#options = options
    this.#ledger = this.#createLedger()
    this.#selfEvents = new SelfEvents({
      clock: options.clock,
      log: options.log,
      droppedBatches: () => this.#ledger.droppedBatches,
      record: (event) => this.#ledger.recordSelf(event),
    })
    this.#evidence = this.#createEvidence()
    this.#poller = this.#createPoller()
    this.#ears = this.#createEars()
    this.#roster = this.#createRoster()
    this.#list = new ListInForce({
      dataDir: options.dataDir,
      log: options.log,
      apply: (list) => this.#roster.apply(list),
      flush: () => this.#ledger.window.flush(),
    })
    this.#uplink = this.#createUplink()
    this.#selfReport = new SelfReport({
      clock: options.clock,
      readings: () => this.#readings(),
      record: (samples) => this.#ledger.recordSelf({ samples }),
    })
  }

  get statusUrl(): string | undefined {
    return this.#statusPage?.url
  }

  async start(): Promise<void> {
    const { statusPort } = this.#options
    this.#ledger.start()
    this.#list.restore()
    this.#uplink.start()
    this.#selfReport.start()
    if (statusPort >= 0) this.#statusPage = await startStatusPage(statusPort, () => this.status())
  }

  async close(): Promise<void> {
    this.#ledger.window.close()
    this.#selfReport.stop()
    this.#ears.stopAll()
    this.#evidence.stop()
    this.#poller.stop()
    await this.#uplink.close()
    await this.#roster.close()
    await this.#statusPage?.close()
    this.#ledger.close()
  }

  status(): GatewayStatus {
    const { spool, spans, watermark } = this.#ledger
    return {
      gatewayId: this.#options.identity.gatewayId,
      software: this.#options.software,
      link: this.#uplink.state,
      refusal: this.#uplink.refusal?.message ?? null,
      now: spans.now(),
      approximate: spans.approximate,
      span: spans.span.number,
      watermark: spool.watchState.through,
      spoolDepth: spool.depth,
      spoolBytes: spool.bytes,
      droppedBatches: this.#ledger.droppedBatches,
      configVersion: this.#list.version,
      deafLinks: this.#ears.deafLinks,
      devices: this.#roster.devices.map(({ id, name, kind, address }) => ({
        id,
        name,
        kind,
        address,
        lastEvidenceAt: this.#evidenceAt.get(id) ?? null,
        pastDeadline: this.#evidence.isPast(id),
        held: watermark.isHeld(id),
      })),
    }
  }

  #createLedger(): Ledger {
    const { identity, dataDir, clock, log, bootId, spoolCapBytes } = this.#options
    const { gatewayId, epoch, enrolledAt, applied } = identity
    return new Ledger({
      dataDir,
      gatewayId,
      epoch,
      enrolledAt,
      ...(applied && { appliedBefore: applied }),
      clock,
      log,
      ...(bootId !== undefined && { bootId }),
      ...(spoolCapBytes !== undefined && { spoolCapBytes }),
      configVersion: () => this.#list.version,
      linkUp: () => this.#uplink.state === 'live',
      promote: () => this.#poller.promote(),
      written: () => this.#uplink.send(),
      spanStarted: (span) => {
        if (span.reason === 'suspend' || span.reason === 'clock') this.#poller.startAgain()
        this.#selfEvents.spanStarted(span)
      },
    })
  }

  #createEvidence(): Evidence {
    const { spans } = this.#ledger
    return new Evidence({
      clock: this.#options.clock,
      watchedMs: () => {
        // A pause nobody has noticed yet must not count as watched.
        spans.touch()
        return spans.watchedMs()
      },
      nearDeadline: (id) => this.#poller.probeAncestors(id),
      deadlinePassed: (id) => this.#deadlinePassed(id),
    })
  }

  #createPoller(): Poller {
    const { clock, random } = this.#options
    const { watermark, spans } = this.#ledger
    return new Poller({
      clock,
      random,
      due: (id, at) => watermark.hold(id, 'check', spans.at(at)),
      outcome: (id, outcome) => this.#record(id, outcome, false),
      finished: (id) => this.#finished(id),
    })
  }

  #createEars(): Ears {
    const { watermark, spans } = this.#ledger
    return new Ears({
      clock: this.#options.clock,
      outcome: (id, outcome) => this.#record(id, outcome, true),
      deaf: (id) => watermark.hold(id, 'ear', spans.now()),
      hears: (id) => watermark.release(id, 'ear'),
      linkDeaf: (link, reason, detail) => this.#selfEvents.linkDeaf(link, reason, detail),
      linkHears: (link) => this.#selfEvents.linkHears(link),
    })
  }

  #createRoster(): Roster {
    const { drivers, clock, log, ownBroker, identity } = this.#options
    const { spans, stamps } = this.#ledger
    // Drivers time their events: they see event time, not the machine's own.
    const eventClock: Clock = {
      now: () => spans.now(),
      monotonic: () => clock.monotonic(),
      timer: (ms, fire) => clock.timer(ms, fire),
    }
    return new Roster({
      drivers,
      context: { clock: eventClock, log, ...(ownBroker && { ownBroker }) },
      privateKey: createPrivateKey(identity.privateKey),
      poller: this.#poller,
      ears: this.#ears,
      evidence: this.#evidence,
      log,
      unusable: this.#ledger.kept('unusable_devices').map(String),
      keepUnusable: (ids) => this.#ledger.keep('unusable_devices', ids),
      outcome: (id, outcome) => this.#record(id, outcome, false),
      removed: (id) => {
        stamps.forget(id)
        this.#evidenceAt.delete(id)
        this.#awaited.delete(id)
      },
    })
  }

  #createUplink(): Uplink {
    const { identity, clock, log, software } = this.#options
    return new Uplink({
      identity,
      ledger: this.#ledger,
      clock,
      log,
      software,
      configVersion: () => this.#list.version,
      promote: () => this.#poller.promote(),
      config: (list) => this.#list.take(list),
      ask: (ask) => this.#ask(ask),
      batchesRefused: (refused) => this.#selfEvents.refused(refused),
    })
  }

  #record(id: string, outcome: Outcome, listened: boolean): void {
    const at = this.#ledger.record(id, outcome, listened)
    if (!outcome.observation.alive) return
    this.#evidenceAt.set(id, at)
    this.#evidence.proved(id)
  }

  #finished(id: string): void {
    this.#ledger.watermark.release(id, 'check')
    if (this.#awaited.delete(id)) this.#uplink.vouch()
  }

  #deadlinePassed(id: string): void {
    if (this.#ledger.watermark.isHeld(id)) this.#awaited.add(id)
    this.#poller.silenceDeadline(id)
    this.#uplink.vouch()
  }

  async #ask({ askId, deviceId, deadlineMs }: Ask): Promise<Answer> {
    const outcomes = await this.#poller.askNow(deviceId, deadlineMs)
    const checks = (outcomes ?? []).map((outcome) => toCheckResult(this.#ledger.spans.now(), outcome))
    if (checks.length > 0) return { askId, deviceId, checks }
    const error = outcomes ? 'no answer in time' : 'this gateway cannot ask this device'
    return { askId, deviceId, checks, error }
  }

  #readings(): Readings {
    const { spool, spans } = this.#ledger
    return {
      spool_depth_count: spool.depth,
      spool_bytes: spool.bytes,
      clock_offset_ms: spans.clockOffsetMs(),
      checks_in_flight_count: this.#poller.inFlight,
      check_lateness_ms: Math.round(this.#poller.takeLatenessMs()),
      dropped_batches_count: this.#ledger.droppedBatches,
      batches_refused_count: this.#selfEvents.batchesRefused,
    }
  }
}
