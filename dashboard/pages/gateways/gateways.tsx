import { useTranslation } from 'react-i18next'
import { mayDo } from '../../data/permissions.ts'
import { useUser } from '../../data/session.tsx'
import { AddGateway } from '../../parts/add-gateway.tsx'
import { GatewayRow } from '../../parts/gateway-row.tsx'
import { LinkButton } from '../../parts/links.tsx'
import { Empty, PageFrame, Section } from '../../parts/page.tsx'
import { useGateways, useSites } from '../../parts/site-name.tsx'
import { Loaded } from '../../parts/trouble.tsx'

export default function GatewaysPage() {
  const { t } = useTranslation()
  const gateways = useGateways()
  const sites = useSites()
  const noSite = sites.data?.items.length === 0
  const mayAdd = mayDo(useUser().role, 'setUpGateway') && !noSite
  return (
    <PageFrame title={t('nav.gateways')} actions={mayAdd && <AddGateway />}>
      <Section flush>
        <Loaded query={gateways}>
          {({ items }) => {
            if (items.length > 0)
              return items.map((gateway) => <GatewayRow key={gateway.id} gateway={gateway} />)
            return noSite ? (
              <Empty action={<LinkButton to="/sites">{t('firstSteps.site.action')}</LinkButton>}>
                {t('gateways.needsSite')}
              </Empty>
            ) : (
              <Empty>{t('gateways.none')}</Empty>
            )
          }}
        </Loaded>
      </Section>
    </PageFrame>
  )
}
