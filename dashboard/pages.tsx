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
  {
    path: '/tickets',
    load: () => import('./pages/tickets/tickets.tsx'),
    nav: { icon: IconTicket, name: 'tickets' },
  },
  { path: '/tickets/$id', load: () => import('./pages/ticket/ticket.tsx') },
  {
    path: '/devices',
    load: () => import('./pages/devices/devices.tsx'),
    nav: { icon: IconDeviceCctv, name: 'devices' },
  },
  { path: '/devices/new', load: () => import('./pages/device-form/new-device.tsx') },
  { path: '/devices/$id', load: () => import('./pages/device/device.tsx') },
  { path: '/devices/$id/edit', load: () => import('./pages/device-form/edit-device.tsx') },
  {
    path: '/sites',
    load: () => import('./pages/sites/sites.tsx'),
    nav: { icon: IconBuilding, name: 'sites' },
  },
  { path: '/sites/$id', load: () => import('./pages/site/site.tsx') },
  {
    path: '/gateways',
    load: () => import('./pages/gateways/gateways.tsx'),
    nav: { icon: IconRouter, name: 'gateways' },
    roles: ['admin', 'noc', 'dispatcher', 'technician', 'manager', 'auditor'],
  },
  { path: '/gateways/$id', load: () => import('./pages/gateway/gateway.tsx') },
  {
    path: '/users',
    load: () => import('./pages/users/users.tsx'),
    nav: { icon: IconUsers, name: 'users' },
    roles: ['admin'],
  },
  { path: '/profile', load: () => import('./pages/profile/profile.tsx') },
]
