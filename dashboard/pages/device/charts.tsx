import { Chip, Group, SegmentedControl, SimpleGrid, Stack } from '@mantine/core'
import type { Device, SeriesList } from '@stillwatch/contract/api/devices.ts'
import { DAY_MS, HOUR_MS } from '@stillwatch/contract/time.ts'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useFilters } from '../../data/filters.ts'
import { queries } from '../../data/queries.ts'
import { useNow } from '../../data/time.tsx'
import { Section } from '../../parts/page.tsx'
import { useWords } from '../../parts/sentences.ts'
import { MetricChart } from './metric-chart.tsx'

const ranges = {
  '1h': HOUR_MS,
  '6h': 6 * HOUR_MS,
  '24h': DAY_MS,
  '7d': 7 * DAY_MS,
  '30d': 30 * DAY_MS,
} as const
type Range = keyof typeof ranges

/** Drawn when nobody has chosen. */
const DEFAULT_CHARTS = 2
/** The right edge moves on in steps of this share of the range. */
const STEPS = 240

/** Charts of the chosen metrics over a chosen time; both stand in the URL. */
export function Charts({ device }: { device: Device }) {
  const { t } = useTranslation()
  const { search, set } = useFilters()
  const series = useQuery(queries.series(device.id))
  const range: Range = search.range && search.range in ranges ? (search.range as Range) : '1h'
  const all = series.data?.items ?? []
  const chosen = chosenMetrics(search.metrics, all)
  const stepMs = ranges[range] / STEPS
  const to = Math.ceil(useNow(Math.min(stepMs, 60_000)) / stepMs) * stepMs
  if (all.length === 0) return null
  return (
    <Section
      title={t('device.charts')}
      aside={
        <SegmentedControl
          size="xs"
          value={range}
          onChange={(value) => set({ range: value })}
          data={Object.keys(ranges).map((name) => ({ value: name, label: t(`range.${name as Range}`) }))}
        />
      }
    >
      <Stack>
        <MetricChips
          facts={device.facts}
          all={all}
          chosen={chosen}
          onChange={(metrics) => set({ metrics: metrics.join(',') })}
        />
        <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="lg">
          {all
            .filter(({ metric }) => chosen.includes(metric))
            .map(({ metric, unit }) => (
              <MetricChart
                key={metric}
                device={device}
                metric={metric}
                unit={unit}
                from={to - ranges[range]}
                to={to}
              />
            ))}
        </SimpleGrid>
      </Stack>
    </Section>
  )
}

/** What was chosen; at first the measurements of the device as a whole. Counts and codes have no unit and make dull curves. */
function chosenMetrics(chosen: string | undefined, all: SeriesList['items']): string[] {
  if (chosen !== undefined) return chosen.split(',')
  const dullness = ({ metric, unit }: SeriesList['items'][number]) =>
    Number(unit === '') * 2 + Number(metric.includes('.'))
  return all
    .toSorted((a, b) => dullness(a) - dullness(b))
    .slice(0, DEFAULT_CHARTS)
    .map(({ metric }) => metric)
}

function MetricChips({
  facts,
  all,
  chosen,
  onChange,
}: {
  facts: Device['facts']
  all: SeriesList['items']
  chosen: string[]
  onChange(metrics: string[]): void
}) {
  const words = useWords()
  return (
    <Chip.Group multiple value={chosen} onChange={onChange}>
      <Group gap={6} style={{ maxHeight: 132, overflowY: 'auto' }}>
        {all.map(({ metric }) => (
          <Chip key={metric} value={metric} size="xs" variant="outline">
            {words.metric(metric, facts)}
          </Chip>
        ))}
      </Group>
    </Chip.Group>
  )
}
