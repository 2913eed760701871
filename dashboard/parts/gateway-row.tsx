import { Group } from '@mantine/core'
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
      <div className="grow">
        <Group gap="4px 12px">
          <strong>{gateway.name}</strong>
          <LinkBadge link={gateway.link} />
        </Group>
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
