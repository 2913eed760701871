import { SimpleGrid, Stack } from '@mantine/core'
import type { Gateway } from '@stillwatch/contract/api/gateways.ts'
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { mayDo } from '../../data/permissions.ts'
import { queries } from '../../data/queries.ts'
import { useUser } from '../../data/session.tsx'
import { LinkBadge } from '../../parts/badges.tsx'
import { LinkButton, TextLink } from '../../parts/links.tsx'
import { PageFrame, Section } from '../../parts/page.tsx'
import { SiteName } from '../../parts/site-name.tsx'
import { Lasting } from '../../parts/times.tsx'
import { Loaded } from '../../parts/trouble.tsx'
import { Enrolment } from './enrolment.tsx'
import { Fenced } from './fenced.tsx'
import { GatewayActions } from './gateway-actions.tsx'
import { GatewayFacts } from './gateway-facts.tsx'

export default function GatewayPage() {
  const { id = '' } = useParams({ strict: false })
  const gateway = useQuery({ ...queries.gateway(id), refetchInterval: 10_000 })
  return <Loaded query={gateway}>{(data) => <GatewayView gateway={data} />}</Loaded>
}

function GatewayView({ gateway }: { gateway: Gateway }) {
  const { t } = useTranslation()
  const { role } = useUser()
  const maySetUp = mayDo(role, 'setUpGateway')
  const [code, facts] = [
    maySetUp && <Enrolment key="enrolment" gateway={gateway} />,
    <Section key="facts" title={t('gateway.facts')}>
      <GatewayFacts gateway={gateway} />
    </Section>,
  ]
  return (
    <PageFrame title={gateway.name} actions={maySetUp && <GatewayActions gateway={gateway} />}>
      <Section>
        <Stack gap={6} align="flex-start">
          <LinkBadge link={gateway.link} />
          <div className="big">
            {t(`linkSentence.${gateway.link}`)}
            {gateway.linkSince && (
              <span className="quiet">
                {' · '}
                <Lasting at={gateway.linkSince} />
              </span>
            )}
          </div>
          <TextLink to={`/sites/${gateway.siteId}`}>
            <SiteName id={gateway.siteId} />
          </TextLink>
          {gateway.link === 'connected' && gateway.deviceCount === 0 && mayDo(role, 'setUpDevice') && (
            <LinkButton to="/devices/new" search={{ gateway: gateway.id }} size="sm">
              {t('firstSteps.device.action')}
            </LinkButton>
          )}
        </Stack>
      </Section>
      {gateway.link === 'fenced' && maySetUp && <Fenced gateway={gateway} />}
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        {gateway.link === 'not_enrolled' ? [code, facts] : [facts, code]}
      </SimpleGrid>
    </PageFrame>
  )
}
