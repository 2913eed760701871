import { Group, SimpleGrid, Stack } from '@mantine/core'
import type { Ticket } from '@stillwatch/contract/api/tickets.ts'
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { queries } from '../../data/queries.ts'
import { LevelBadge, TicketStateBadge } from '../../parts/badges.tsx'
import { TextLink } from '../../parts/links.tsx'
import { Empty, Facts, PageFrame, Section } from '../../parts/page.tsx'
import { useWords } from '../../parts/sentences.ts'
import { SiteName } from '../../parts/site-name.tsx'
import { Lasting, Moment } from '../../parts/times.tsx'
import { Loaded } from '../../parts/trouble.tsx'
import { CommentForm } from './comment-form.tsx'
import { Events } from './events.tsx'
import { Moves } from './moves.tsx'

export default function TicketPage() {
  const { id = '' } = useParams({ strict: false })
  const ticket = useQuery(queries.ticket(id))
  return <Loaded query={ticket}>{(data) => <TicketView ticket={data} />}</Loaded>
}

function TicketView({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation()
  const words = useWords()
  return (
    <PageFrame title={words.sentence(ticket.titleSentence)}>
      <Group gap="sm">
        <strong>{t('ticket.number', { number: ticket.number })}</strong>
        <LevelBadge level={ticket.level} />
        <TicketStateBadge state={ticket.state} />
        {ticket.resolvesItselfAt && (
          <strong>
            {t('ticket.answersAgain')} <Lasting at={ticket.resolvesItselfAt} />
          </strong>
        )}
      </Group>
      <Moves ticket={ticket} />
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        <Section title={t('ticket.story')}>
          <Stack>
            <Events events={ticket.events} />
            <CommentForm ticketId={ticket.id} />
          </Stack>
        </Section>
        <Stack gap="lg">
          <Section title={t('ticket.facts')}>
            <TicketFacts ticket={ticket} />
          </Section>
          <Section title={t('ticket.affected')}>
            <Affected affected={ticket.affected} />
          </Section>
        </Stack>
      </SimpleGrid>
    </PageFrame>
  )
}

function TicketFacts({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation()
  const words = useWords()
  const target = ticket.deviceId ? `/devices/${ticket.deviceId}` : `/gateways/${ticket.gatewayId}`
  return (
    <Facts
      rows={[
        [t('ticket.cause'), words.condition(ticket.cause)],
        [
          t('ticket.about'),
          <TextLink key="about" to={target}>
            {ticket.subject}
          </TextLink>,
        ],
        [
          t('ticket.site'),
          <TextLink key="site" to={`/sites/${ticket.siteId}`}>
            <SiteName id={ticket.siteId} />
          </TextLink>,
        ],
        [
          t('ticket.faultSince'),
          <span key="since">
            <Moment at={ticket.faultSince} />
            {ticket.resolvedAt === null && (
              <>
                {' · '}
                <Lasting at={ticket.faultSince} />
              </>
            )}
          </span>,
        ],
        [t('ticket.openedAt'), <Moment key="opened" at={ticket.openedAt} />],
        [t('ticket.resolvedAt'), ticket.resolvedAt ? <Moment key="resolved" at={ticket.resolvedAt} /> : '–'],
      ]}
    />
  )
}

function Affected({ affected }: { affected: Ticket['affected'] }) {
  const { t } = useTranslation()
  if (affected.length === 0) return <Empty>{t('ticket.noneAffected')}</Empty>
  return (
    <Stack gap={8}>
      {affected.map((device) => (
        <Group key={device.deviceId} gap="xs" justify="space-between">
          <TextLink to={`/devices/${device.deviceId}`}>{device.name}</TextLink>
          <span className="quiet">
            <Moment at={device.since} />
            {' – '}
            {device.until ? <Moment at={device.until} /> : t('ticket.stillAffected')}
          </span>
        </Group>
      ))}
    </Stack>
  )
}
