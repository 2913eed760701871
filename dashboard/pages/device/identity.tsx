import type { Device } from '@stillwatch/contract/api/devices.ts'
import { SECOND_MS } from '@stillwatch/contract/time.ts'
import { useTranslation } from 'react-i18next'
import { durationText } from '../../format/age.ts'
import { isNameFact } from '../../format/metric.ts'
import { Facts } from '../../parts/page.tsx'
import { useWords } from '../../parts/sentences.ts'
import { Moment } from '../../parts/times.tsx'

/** How it is watched, and what it says about itself. */
export function Identity({ device }: { device: Device }) {
  const { t, i18n } = useTranslation()
  const words = useWords()
  const seconds = (value: number) => durationText(value * SECOND_MS, i18n.language)
  const facts = Object.entries(device.facts)
    .filter(([name]) => !isNameFact(name))
    .map(([name, value]) => [words.word('fact', name), String(value)] as const)
  return (
    <Facts
      rows={[
        [
          t('device.drivers'),
          Object.keys(device.drivers)
            .map((driver) => words.word('driver', driver))
            .join(', '),
        ],
        [t('field.intervalS'), seconds(device.intervalS)],
        [t('field.silenceWindowS'), seconds(device.silenceWindowS)],
        [t('field.recoveryHoldS'), seconds(device.recoveryHoldS)],
        [t('device.worstCase'), seconds(device.worstCaseTimeToTicketS)],
        [t('device.addedAt'), <Moment key="added" at={device.createdAt} />],
        ...facts,
      ]}
    />
  )
}
