import type { Device } from '@stillwatch/contract/api/devices.ts'
import { SECOND_MS } from '@stillwatch/contract/time.ts'
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { queries } from '../../data/queries.ts'
import { gapFrom, withGaps } from '../../format/gaps.ts'
import { useWords } from '../../parts/sentences.ts'
import { Loaded } from '../../parts/trouble.tsx'
import { Chart } from './chart.tsx'

const POINTS = 500

/** One metric of a device over a stretch of time, UTC ms. */
export function MetricChart({
  device,
  metric,
  unit,
  from,
  to,
}: {
  device: Device
  metric: string
  unit: string
  from: number
  to: number
}) {
  const { t } = useTranslation()
  const words = useWords()
  const iso = (at: number) => new Date(at).toISOString()
  const samples = useQuery({
    ...queries.samples(device.id, { metric, from: iso(from), to: iso(to), points: POINTS }),
    // A new question every few seconds: what was asked before is of no more use.
    gcTime: 0,
  })
  const curve = useMemo(
    () => samples.data && withGaps(samples.data, gapFrom(samples.data.at, 3 * device.intervalS * SECOND_MS)),
    [samples.data, device.intervalS],
  )
  return (
    <div>
      <strong>{words.metric(metric, device.facts)}</strong>
      <Loaded query={samples}>
        {() =>
          curve && curve.atS.length > 0 ? (
            <Chart
              curve={curve}
              name={words.metric(metric, device.facts)}
              unit={unit}
              fromS={from / 1_000}
              toS={to / 1_000}
            />
          ) : (
            <div className="quiet">{t('device.noSamples')}</div>
          )
        }
      </Loaded>
    </div>
  )
}
