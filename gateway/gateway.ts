import { createPrivateKey } from 'node:crypto'
import type { GatewayConfig } from '@stillwatch/contract/device.ts'
import type { Ack, Answer, Ask, CheckReason, ConfigVersion } from '@stillwatch/contract/road.ts'
import type { Clock } from '@stillwatch/contract/time.ts'
import type { Logger } from 'pino'
import { keepDeviceList, readDeviceList } from './devices/cache.ts'
import { type DriverRegistry, Roster } from './devices/roster.ts'
import type { DriverContext } from './drivers/driver.ts'
import type { Identity } from './enrol/identity.ts'
import type { Outcome } from './poll/due-check.ts'
import { Ears } from './poll/ears.ts'
import { Poller } from './poll/poller.ts'
import { type Readings, SelfReport } from './self/self-report.ts'
import { Ledger, type SpanStarted } from './spool/ledger.ts'
import { toCheckResult } from './spool/to-entry.ts'
import type { GatewayStatus } from './status/status.ts'
import { type StatusPage, startStatusPage } from './status/status-page.ts'
import { Uplink } from './uplink/uplink.ts'
import { Evidence } from './watch/evidence.ts'
import { restartsTooOften } from './watch/spans.ts'

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
  readonly #uplink: Uplink
  readonly #self: SelfReport
  readonly #evidenceAt = new Map<string, number>()
  /** Devices whose deadline passed while a check was on its way: its end is told at once. */
  readonly #awaited = new Set<string>()
  #configVersion: ConfigVersion = { generation: 0, version: 0 }
  #batchesRefused = 0
  #statusPage: StatusPage | undefined

  constructor(options: GatewayOptions) {
    this.#options = options
    this.#ledger = this.#createLedger()
    this.#evidence = this.#createEvidence()
    this.#poller = this.#createPoller()
    this.#ears = this.#createEars()
    this.#roster = this.#createRoster()
    this.#uplink = this.#createUplink()
    this.#self = new SelfReport({
      clock: options.clock,
      readings: () => this.#readings(),
      record: (samples) => this.#ledger.recordSelf({ samples }),
    })
  }

  get statusUrl(): string | undefined {
    return this.#statusPage?.url
  }

  async start(): Promise<void> {
    const { dataDir, statusPort } = this.#options
    this.#ledger.start()
    const list = readDeviceList(dataDir)
    if (list) this.#apply(list)
    this.#uplink.start()
    this.#self.start()
    if (statusPort >= 0) this.#statusPage = await startStatusPage(statusPort, () => this.status())
  }

  async close(): Promise<void> {
    this.#ledger.window.close()
    this.#self.stop()
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
      configVersion: this.#configVersion,
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
      configVersion: () => this.#configVersion,
      linkUp: () => this.#uplink.state === 'live',
      promote: () => this.#poller.promote(),
      written: () => this.#uplink.send(),
      spanStarted: (span) => this.#spanStarted(span),
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
      linkDeaf: (link, reason, detail) => this.#linkDeaf(link, reason, detail),
      linkHears: (link) => this.#ledger.recordSelf({ kind: 'ear_hears', data: { ear: link } }),
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
      configVersion: () => this.#configVersion,
      promote: () => this.#poller.promote(),
      config: (list) => this.#configure(list),
      ask: (ask) => this.#ask(ask),
      batchesRefused: (refused) => this.#refused(refused),
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

  #linkDeaf(ear: string, reason: CheckReason, detail: string): void {
    this.#options.log.warn({ ear, reason, detail }, 'devices cannot be heard')
    this.#ledger.recordSelf({ kind: 'ear_deaf', data: { ear, reason, detail: detail.slice(0, 300) } })
  }

  #spanStarted({ reason, recentStarts, jumpMs }: SpanStarted): void {
    if (reason === 'suspend' || reason === 'clock') this.#poller.startAgain()
    if (jumpMs !== 0)
      this.#ledger.recordSelf({ kind: 'clock_corrected', data: { by_ms: Math.round(jumpMs) } })
    if (reason === 'dropped')
      this.#ledger.recordSelf({ kind: 'data_dropped', data: { batches: this.#ledger.droppedBatches } })
    if (!restartsTooOften(recentStarts)) return
    const detail = `began ${recentStarts.length} spans of watching within ten minutes, the last one because of: ${reason}`
    this.#ledger.recordSelf({ kind: 'gateway_restarting', data: { detail } })
  }

  #configure(list: GatewayConfig): void {
    const { generation, version } = this.#configVersion
    if (list.configVersion.generation === generation && list.configVersion.version === version) return
    keepDeviceList(this.#options.dataDir, list)
    this.#ledger.window.flush()
    this.#apply(list)
    this.#ledger.window.flush()
  }

  #apply(list: GatewayConfig): void {
    this.#configVersion = list.configVersion
    this.#roster.apply(list)
    this.#options.log.info(
      { ...list.configVersion, devices: list.devices.length },
      'the device list is in force',
    )
  }

  async #ask({ askId, deviceId, deadlineMs }: Ask): Promise<Answer> {
    const outcomes = await this.#poller.askNow(deviceId, deadlineMs)
    const checks = (outcomes ?? []).map((outcome) => toCheckResult(this.#ledger.spans.now(), outcome))
    if (checks.length > 0) return { askId, deviceId, checks }
    const error = outcomes ? 'no answer in time' : 'this gateway cannot ask this device'
    return { askId, deviceId, checks, error }
  }

  #refused(refused: NonNullable<Ack['refused']>): void {
    this.#batchesRefused += refused.length
    const codes = [...new Set(refused.map((each) => each.code))].join(', ')
    const detail = `the server refused ${refused.length} of this gateway's batches: ${codes}`
    this.#options.log.error({ refused: refused.slice(0, 10) }, 'the server refused batches')
    this.#ledger.recordSelf({ kind: 'batches_refused', data: { detail, first_seq: refused[0]?.seq ?? 0 } })
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
      batches_refused_count: this.#batchesRefused,
    }
  }
}
