import type { Role } from '@stillwatch/contract/roles.ts'
import {
  type Icon,
  IconBuilding,
  IconDeviceCctv,
  IconGauge,
  IconRouter,
  IconTicket,
  IconUsers,
} from '@tabler/icons-react'
import type { ComponentType } from 'react'

export interface PageEntry {
  path: string
  load(): Promise<{ default: ComponentType }>
  /** Its place in the rail: the word is `nav.<name>` of the locales. */
  nav?: { icon: Icon; name: 'overview' | 'tickets' | 'devices' | 'sites' | 'gateways' | 'users' }
  /** Who finds it; everybody when absent. */
  roles?: readonly Role[]
}

/** Every page, in the order of the rail. Adding one: its folder and a line here. */
export const pages: readonly PageEntry[] = [
  {
    path: '/',
    load: () => import('./pages/overview/overview.tsx'),
    nav: { icon: IconGauge, name: 'overview' },
  },
]
