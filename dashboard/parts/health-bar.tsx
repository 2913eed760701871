import type { StateCounts } from '@stillwatch/contract/api/sites.ts'
import { healthStates } from '@stillwatch/contract/health.ts'
import { useTranslation } from 'react-i18next'
import css from './health-bar.module.css'

/** The worst comes first, so that a little red is never hidden behind much green. */
const order = healthStates.toReversed().toSorted((a, b) => Number(b === 'down') - Number(a === 'down'))

const total = (counts: StateCounts): number => healthStates.reduce((sum, state) => sum + counts[state], 0)

/** Shares of the states of many devices, as one bar; the same in words for who cannot see it. */
export function HealthBar({ counts }: { counts: StateCounts }) {
  const { t } = useTranslation()
  const shown = order.filter((state) => counts[state] > 0)
  const words = shown.map((state) => `${counts[state]} ${t(`state.${state}`)}`).join(', ')
  return (
    <div className={css.bar} role="img" aria-label={words} title={words}>
      {shown.map((state) => (
        <span key={state} style={{ flexGrow: counts[state], background: `var(--state-${state})` }} />
      ))}
    </div>
  )
}

/** `All 128 working`, or how many are not. */
export function HealthWords({ counts }: { counts: StateCounts }) {
  const { t } = useTranslation()
  const all = total(counts)
  if (all === 0) return <span className="quiet">{t('health.noDevices')}</span>
  const wrong = all - counts.up
  if (wrong === 0) return <span className="quiet">{t('health.allUp', { count: all })}</span>
  return <strong>{t('health.someWrong', { wrong, all })}</strong>
}
