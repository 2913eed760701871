import { Stack } from '@mantine/core'
import type { TimelineEntry } from '@stillwatch/contract/api/devices.ts'
import type { HealthState } from '@stillwatch/contract/health.ts'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { queries } from '../../data/queries.ts'
import { StateBadge } from '../../parts/badges.tsx'
import { useWords } from '../../parts/sentences.ts'
import { stateIcons } from '../../parts/state-look.ts'
import { Moment } from '../../parts/times.tsx'
import { Loaded } from '../../parts/trouble.tsx'

/** What happened to the device, newest first. */
export function TimelineList({ deviceId }: { deviceId: string }) {
  const { t } = useTranslation()
  const timeline = useQuery(queries.timeline(deviceId))
  return (
    <Loaded query={timeline}>
      {(page) =>
        page.items.length === 0 ? (
          <div className="quiet">{t('device.noTimeline')}</div>
        ) : (
          <Stack gap={10}>
            {page.items.map((entry) => (
              <Entry key={`${entry.at} ${entry.kind} ${entry.code}`} entry={entry} />
            ))}
          </Stack>
        )
      }
    </Loaded>
  )
}

function Entry({ entry }: { entry: TimelineEntry }) {
  const { t } = useTranslation()
  const words = useWords()
  const what = {
    state: () => (isState(entry.code) ? <StateBadge state={entry.code} /> : words.text(entry.text)),
    condition_raised: () => t('timeline.raised', { what: words.condition(entry.code) }),
    condition_cleared: () => t('timeline.cleared', { what: words.condition(entry.code) }),
    event: () => words.text(entry.text) || entry.code,
  }[entry.kind]()
  return (
    <div style={{ display: 'grid', gridTemplateColumns: '108px 1fr', gap: 12, alignItems: 'baseline' }}>
      <span className="quiet">
        <Moment at={entry.at} />
      </span>
      <span>{what}</span>
    </div>
  )
}

const isState = (code: string): code is HealthState => code in stateIcons
