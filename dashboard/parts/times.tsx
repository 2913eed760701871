import { useTranslation } from 'react-i18next'
import { useNow } from '../data/time.tsx'
import { durationText } from '../format/age.ts'
import { fullTimeText, timeText } from '../format/time.ts'

interface At {
  /** ISO time, or UTC ms. */
  at: string | number
}

const ms = (at: string | number): number => (typeof at === 'number' ? at : Date.parse(at))

/** `12 min ago`, counting. */
export function Ago({ at }: At) {
  const { t, i18n } = useTranslation()
  const now = useNow()
  return (
    <time dateTime={new Date(ms(at)).toISOString()} title={fullTimeText(ms(at), i18n.language)}>
      {t('time.ago', { duration: durationText(now - ms(at), i18n.language) })}
    </time>
  )
}

/** `12 min`, counting up from a moment, or down to it. */
export function Lasting({ at }: At) {
  const { i18n } = useTranslation()
  const now = useNow()
  return (
    <time dateTime={new Date(ms(at)).toISOString()} title={fullTimeText(ms(at), i18n.language)}>
      {durationText(Math.abs(now - ms(at)), i18n.language)}
    </time>
  )
}

/** The time of day; with the date when it is not today. */
export function Moment({ at }: At) {
  const { i18n } = useTranslation()
  const now = useNow(60_000)
  return (
    <time dateTime={new Date(ms(at)).toISOString()} title={fullTimeText(ms(at), i18n.language)}>
      {timeText(ms(at), now, i18n.language)}
    </time>
  )
}
