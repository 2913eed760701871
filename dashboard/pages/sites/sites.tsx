import { Button } from '@mantine/core'
import type { Site } from '@stillwatch/contract/api/sites.ts'
import { IconPlus } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useChange } from '../../data/changes.ts'
import { endpoints } from '../../data/endpoints.ts'
import { mayDo } from '../../data/permissions.ts'
import { useUser } from '../../data/session.tsx'
import { FormModal } from '../../parts/form-modal.tsx'
import { HealthBar, HealthWords } from '../../parts/health-bar.tsx'
import { RowLink } from '../../parts/links.tsx'
import { Empty, PageFrame, Section } from '../../parts/page.tsx'
import { hereZone, SiteFields } from '../../parts/site-form.tsx'
import { useSites } from '../../parts/site-name.tsx'
import { Loaded } from '../../parts/trouble.tsx'

export default function SitesPage() {
  const { t } = useTranslation()
  const sites = useSites()
  const mayAdd = mayDo(useUser().role, 'addSite')
  return (
    <PageFrame title={t('nav.sites')} actions={mayAdd && <AddSite />}>
      <Section flush>
        <Loaded query={sites}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty>{t('sites.none')}</Empty>
            ) : (
              items.map((site) => <SiteRow key={site.id} site={site} />)
            )
          }
        </Loaded>
      </Section>
    </PageFrame>
  )
}

function SiteRow({ site }: { site: Site }) {
  const { t } = useTranslation()
  return (
    <RowLink to={`/sites/${site.id}`}>
      <div className="grow">
        <strong>{site.name}</strong> <span className="quiet">{site.timeZone}</span>
        <HealthBar counts={site.counts} />
      </div>
      <div className="side">
        <HealthWords counts={site.counts} />
        <div className="quiet">
          {site.gateways === 0 ? t('sites.noGateway') : t('sites.openTickets', { count: site.openTickets })}
        </div>
      </div>
    </RowLink>
  )
}

function AddSite() {
  const { t } = useTranslation()
  const [opened, setOpened] = useState(false)
  const [site, setSite] = useState({ name: '', timeZone: hereZone() })
  const add = useChange(endpoints.addSite, 'sites')
  return (
    <>
      <Button size="sm" leftSection={<IconPlus size={16} />} onClick={() => setOpened(true)}>
        {t('firstSteps.site.action')}
      </Button>
      <FormModal
        title={t('firstSteps.site.action')}
        submitText={t('action.add')}
        mutation={add}
        input={site}
        opened={opened}
        onClose={() => {
          setOpened(false)
          setSite({ name: '', timeZone: hereZone() })
        }}
      >
        <SiteFields site={site} onChange={setSite} />
      </FormModal>
    </>
  )
}
