import { useTranslation } from 'react-i18next'
import { useLive } from '../data/live.tsx'
import { useNow, useServerTime } from '../data/time.tsx'
import { shortAgeText } from '../format/age.ts'
import css from './live-dot.module.css'

/** Whether what the page shows is what is: the age of the last word from the server, or that the line is down. */
export function LiveDot() {
  const { t, i18n } = useTranslation()
  const { connected, heardAt } = useLive()
  const { clock } = useServerTime()
  useNow(500)
  if (!connected || heardAt === undefined)
    return (
      <span className={`${css.dot} ${css.away}`} role="status">
        {t('live.reconnecting')}
      </span>
    )
  return (
    <span className={css.dot} title={t('live.explained')}>
      {t('live.connected', { age: shortAgeText(clock.monotonic() - heardAt, i18n.language) })}
    </span>
  )
}
