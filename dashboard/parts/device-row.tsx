import type { DeviceSummary } from '@stillwatch/contract/api/devices.ts'
import { useTranslation } from 'react-i18next'
import { StateBadge } from './badges.tsx'
import css from './device-row.module.css'
import { RowLink } from './links.tsx'
import { useWords } from './sentences.ts'
import { SiteName } from './site-name.tsx'
import { Ago } from './times.tsx'

/** A device in one line: its state, its name, why, what and where it is, and when it last proved alive. */
export function DeviceRow({ device, compact = false }: { device: DeviceSummary; compact?: boolean }) {
  const { t } = useTranslation()
  const words = useWords()
  return (
    <RowLink to={`/devices/${device.id}`}>
      <div className={css.row} data-compact={compact || undefined}>
        <span className={css.state}>
          <StateBadge state={device.state} />
        </span>
        <div className={css.what}>
          <strong>{device.name}</strong>
          <div className={`quiet ${css.reason}`}>{words.sentence(device.reason)}</div>
        </div>
        <div className={`quiet ${css.where}`}>
          <span>{t(`kind.${device.kind}`)}</span>
          <SiteName id={device.siteId} />
          <span>{device.address}</span>
        </div>
        <span className={`quiet ${css.seen}`} title={t('device.lastEvidence')}>
          {device.lastEvidenceAt ? <Ago at={device.lastEvidenceAt} /> : t('time.never')}
        </span>
      </div>
    </RowLink>
  )
}
