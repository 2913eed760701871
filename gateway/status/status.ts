import type { DeviceKind } from '@stillwatch/contract/device.ts'
import type { ConfigVersion } from '@stillwatch/contract/road.ts'
import type { SessionState } from '../uplink/session.ts'

/** What the gateway can say about itself without the server. Times are event time, UTC ms. */
export interface GatewayStatus {
  gatewayId: string
  software: string
  link: SessionState
  /** Why the server does not take this gateway's data. */
  refusal: string | null
  now: number
  /** Nobody has told this gateway the time yet. */
  approximate: boolean
  span: number
  /** Vouched for and written down. */
  watermark: number
  spoolDepth: number
  spoolBytes: number
  droppedBatches: number
  configVersion: ConfigVersion
  deafLinks: string[]
  devices: DeviceStatus[]
}

export interface DeviceStatus {
  id: string
  name: string
  kind: DeviceKind
  address: string
  lastEvidenceAt: number | null
  /** Its silence window has passed without evidence, on the gateway's own reckoning. */
  pastDeadline: boolean
  held: boolean
}
