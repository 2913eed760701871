import type { StateCounts } from '@stillwatch/contract/api/sites.ts'
import { healthStates } from '@stillwatch/contract/health.ts'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { numberText } from '../../format/value.ts'
import { stateIcons } from '../../parts/state-look.ts'
import css from './overview.module.css'

/** How many devices are in each state; each is a filter of the device list. */
export function StateTiles({ counts }: { counts: StateCounts }) {
  const { t, i18n } = useTranslation()
  return (
    <div className={css.tiles}>
      {healthStates.map((state) => {
        const Icon = stateIcons[state]
        const some = counts[state] > 0
        return (
          <Link
            key={state}
            to="/devices"
            search={{ state } as never}
            className={`card ${css.tile}`}
            data-none={some ? undefined : true}
            style={some ? { color: `var(--state-${state})` } : {}}
          >
            <span className={css.count}>{numberText(counts[state], i18n.language)}</span>
            <span className={css.word}>
              <Icon size={17} aria-hidden />
              {t(`state.${state}`)}
            </span>
          </Link>
        )
      })}
    </div>
  )
}
