import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { queries } from '../data/queries.ts'
import { useUser } from '../data/session.tsx'
import { pages } from '../pages.tsx'
import { LiveDot } from './live-dot.tsx'
import { PersonMenu } from './person-menu.tsx'
import css from './shell.module.css'
import { ThemeSwitch } from './theme-switch.tsx'

/** The rail (a bottom bar on a phone), the top line, and the page. */
export function Shell({ children }: { children: ReactNode }) {
  const { t } = useTranslation()
  return (
    <div className={css.shell}>
      <header className={css.top}>
        <Link to="/" className={css.brand}>
          <img src="/favicon.svg" width={24} height={24} alt="" />
          <span>{t('product')}</span>
        </Link>
        <LiveDot />
        <LevelCounts />
        <div className={css.space} />
        <ThemeSwitch />
        <PersonMenu />
      </header>
      <Rail />
      <main className={css.page}>{children}</main>
    </div>
  )
}

function Rail() {
  const { t } = useTranslation()
  const { role } = useUser()
  return (
    <nav className={css.rail} aria-label={t('nav.label')}>
      {pages
        .filter((page) => page.nav && (!page.roles || page.roles.includes(role)))
        .map(({ path, nav }) =>
          nav ? (
            <Link
              key={path}
              to={path}
              className={css.railLink}
              activeOptions={{ exact: path === '/', includeSearch: false }}
            >
              <nav.icon size={20} stroke={1.7} aria-hidden />
              <span>{t(`nav.${nav.name}`)}</span>
            </Link>
          ) : null,
        )}
    </nav>
  )
}

/** Open tickets of each level, worst first; nothing where there are none. */
function LevelCounts() {
  const { t } = useTranslation()
  const overview = useQuery(queries.overview())
  const byLevel = overview.data?.openTicketsByLevel
  if (!byLevel) return null
  return (
    <Link to="/tickets" className={css.levels} aria-label={t('shell.openTickets')}>
      {([1, 2, 3, 4] as const)
        .filter((level) => byLevel[level] > 0)
        .map((level) => (
          <span
            key={level}
            className={css.level}
            style={{ color: `var(--level-${level})` }}
            title={t(`level.${level}`)}
          >
            {t('shell.levelCount', { level, count: byLevel[level] })}
          </span>
        ))}
    </Link>
  )
}
