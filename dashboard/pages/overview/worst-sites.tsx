import type { Site } from '@stillwatch/contract/api/sites.ts'
import type { HealthState } from '@stillwatch/contract/health.ts'
import { useTranslation } from 'react-i18next'
import { HealthBar, HealthWords } from '../../parts/health-bar.tsx'
import { RowLink, TextLink } from '../../parts/links.tsx'
import { Empty } from '../../parts/page.tsx'
import { useSites } from '../../parts/site-name.tsx'
import { Loaded } from '../../parts/trouble.tsx'

const SHOWN = 8

/** What makes a site bad, the worst first. */
const badness = ['down', 'unreachable', 'unknown', 'suspect', 'degraded'] as const satisfies HealthState[]

export function WorstSites() {
  const { t } = useTranslation()
  const sites = useSites()
  return (
    <Loaded query={sites}>
      {(page) => (
        <>
          {page.items
            .toSorted(worstFirst)
            .slice(0, SHOWN)
            .map((site) => (
              <RowLink key={site.id} to={`/sites/${site.id}`}>
                <div className="grow">
                  <div className="cut">
                    <strong>{site.name}</strong>
                  </div>
                  <HealthBar counts={site.counts} />
                </div>
                <span className="side">
                  <HealthWords counts={site.counts} />
                </span>
              </RowLink>
            ))}
          {page.total > SHOWN && (
            <Empty>
              <TextLink to="/sites">{t('overview.allSites', { count: page.total })}</TextLink>
            </Empty>
          )}
        </>
      )}
    </Loaded>
  )
}

function worstFirst(a: Site, b: Site): number {
  for (const state of badness) {
    if (a.counts[state] !== b.counts[state]) return b.counts[state] - a.counts[state]
  }
  return a.name.localeCompare(b.name)
}
