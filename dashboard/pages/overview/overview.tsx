import { SimpleGrid, Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { queries } from '../../data/queries.ts'
import { TextLink } from '../../parts/links.tsx'
import { PageFrame, Section } from '../../parts/page.tsx'
import { Loaded } from '../../parts/trouble.tsx'
import { FirstSteps } from './first-steps.tsx'
import { JustResolved } from './just-resolved.tsx'
import { StateTiles } from './state-tiles.tsx'
import { WorstSites } from './worst-sites.tsx'
import { WrongNow } from './wrong-now.tsx'

export default function OverviewPage() {
  const { t } = useTranslation()
  const overview = useQuery(queries.overview())
  return (
    <PageFrame title={t('overview.title')}>
      <Loaded query={overview}>
        {(data) =>
          data.devices === 0 ? (
            <Stack gap="lg">
              <FirstSteps overview={data} />
              {data.gatewaysLost > 0 && <Wrong />}
            </Stack>
          ) : (
            <Stack gap="lg">
              <StateTiles counts={data.counts} />
              <Wrong />
              <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
                <Section flush title={t('overview.sites')}>
                  <WorstSites />
                </Section>
                <Section flush title={t('overview.resolved')}>
                  <JustResolved />
                </Section>
              </SimpleGrid>
            </Stack>
          )
        }
      </Loaded>
    </PageFrame>
  )
}

function Wrong() {
  const { t } = useTranslation()
  return (
    <Section flush title={t('overview.wrong')} aside={<TextLink to="/tickets">{t('overview.all')}</TextLink>}>
      <WrongNow />
    </Section>
  )
}
