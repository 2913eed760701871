import type { Gateway } from '@stillwatch/contract/api/gateways.ts'
import { useTranslation } from 'react-i18next'
import { LinkBadge } from './badges.tsx'
import { RowLink } from './links.tsx'
import { SiteName } from './site-name.tsx'
import { Ago } from './times.tsx'

export function GatewayRow({ gateway }: { gateway: Gateway }) {
  const { t } = useTranslation()
  return (
    <RowLink to={`/gateways/${gateway.id}`}>
      <LinkBadge link={gateway.link} />
      <div className="grow">
        <strong>{gateway.name}</strong>
        <div className="quiet">
          <SiteName id={gateway.siteId} />
        </div>
      </div>
      <div className="side">
        <div>{t('gateways.devices', { count: gateway.deviceCount })}</div>
        <div className="quiet">
          {gateway.watermark ? <Ago at={gateway.watermark} /> : t('gateways.neverSeen')}
        </div>
      </div>
    </RowLink>
  )
}
