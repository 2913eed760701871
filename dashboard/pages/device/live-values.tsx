import type { Device, SeriesList } from '@stillwatch/contract/api/devices.ts'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { queries } from '../../data/queries.ts'
import { useNow } from '../../data/time.tsx'
import { durationText, isOld } from '../../format/age.ts'
import { valueText } from '../../format/value.ts'
import { Empty } from '../../parts/page.tsx'
import { useWords } from '../../parts/sentences.ts'
import { Loaded } from '../../parts/trouble.tsx'
import css from './live-values.module.css'

/** The latest value of every metric with its unit and age. An old value is greyed: it says nothing about now. */
export function LiveValues({ device }: { device: Device }) {
  const { t } = useTranslation()
  const series = useQuery(queries.series(device.id))
  return (
    <Loaded query={series}>
      {(list) =>
        list.items.length === 0 ? (
          <Empty>{t('device.noValues')}</Empty>
        ) : (
          <div className={css.values}>
            {list.items.map((item) => (
              <LiveValue key={item.metric} item={item} device={device} />
            ))}
          </div>
        )
      }
    </Loaded>
  )
}

function LiveValue({ item, device }: { item: SeriesList['items'][number]; device: Device }) {
  const { t, i18n } = useTranslation()
  const words = useWords()
  const ageMs = useNow() - Date.parse(item.lastAt)
  const old = isOld(ageMs, device.intervalS)
  return (
    <div className={css.value}>
      <span className={css.name}>{words.metric(item.metric, device.facts)}</span>
      <span className={`${css.number} ${old ? 'old-value' : ''}`}>
        {valueText(item.last, item.unit, i18n.language)}
      </span>
      <span className={`quiet ${css.age}`} title={old ? t('device.oldValue') : undefined}>
        {t('time.ago', { duration: durationText(ageMs, i18n.language) })}
      </span>
    </div>
  )
}
