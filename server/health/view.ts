import type { CheckResult } from '@stillwatch/contract/road.ts'

/** What other rooms may ask of the watching itself; everything else about health is in the records. */
export interface HealthView {
  /** Latest sign of life, UTC ms of the gateway's clock; null before the first. */
  lastEvidenceAt(deviceId: string): number | null
  /** The latest result of each check of a device. */
  checks(deviceId: string): CheckResult[]
  /** What is known of a gateway beside its row. */
  gateway(gatewayId: string): {
    watermark: number | null
    spoolDepth: number | null
    clockOffsetMs: number | null
  }
}

/** What rooms that change devices or gateways tell the road, from the `committed` step of their transaction. */
export interface FleetListener {
  /** These devices were added, changed, moved or removed: reread them, push their gateways' lists. */
  devicesChanged(deviceIds: readonly string[], gatewayIds: readonly string[]): void
  /** This gateway was renamed, enrolled, confirmed or removed. */
  gatewayChanged(gatewayId: string): void
}
