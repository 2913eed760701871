import type { Overview } from '@stillwatch/contract/api/system.ts'
import { healthStates } from '@stillwatch/contract/health.ts'
import { closedStates } from '@stillwatch/contract/ticket.ts'
import type { Kysely, RawBuilder, SqlBool } from 'kysely'
import type { Tables } from '../store/records/tables.ts'

type Scope = (table: 'site' | 'gateway' | 'device_view' | 'ticket') => RawBuilder<SqlBool>

/** The figures of the overview, over what the asker may see. */
export async function readOverview(db: Kysely<Tables>, scope: Scope): Promise<Overview> {
  const states = await db
    .selectFrom('device_view')
    .select((eb) => ['state', eb.fn.countAll<number>().as('n')])
    .where(scope('device_view'))
    .groupBy('state')
    .execute()
  const levels = await db
    .selectFrom('ticket')
    .select((eb) => ['level', eb.fn.countAll<number>().as('n')])
    .where('state', 'not in', closedStates)
    .where(scope('ticket'))
    .groupBy('level')
    .execute()
  const links = await db
    .selectFrom('gateway')
    .select((eb) => ['link', eb.fn.countAll<number>().as('n')])
    .where(scope('gateway'))
    .groupBy('link')
    .execute()
  const { sites } = await db
    .selectFrom('site')
    .select((eb) => eb.fn.countAll<number>().as('sites'))
    .where(scope('site'))
    .executeTakeFirstOrThrow()
  const ofState = (wanted: string) => states.find(({ state }) => state === wanted)?.n ?? 0
  const ofLevel = (wanted: number) => levels.find(({ level }) => level === wanted)?.n ?? 0
  return {
    counts: Object.fromEntries(healthStates.map((state) => [state, ofState(state)])) as Overview['counts'],
    openTicketsByLevel: { '1': ofLevel(1), '2': ofLevel(2), '3': ofLevel(3), '4': ofLevel(4) },
    // Behind a fenced gateway nobody watches either.
    gatewaysLost: sum(links.filter(({ link }) => link === 'lost' || link === 'fenced')),
    sites,
    gateways: sum(links),
    devices: sum(states),
  }
}

const sum = (rows: readonly { n: number }[]): number => rows.reduce((total, { n }) => total + n, 0)
