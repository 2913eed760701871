import type { Gateway } from '@stillwatch/contract/api/gateways.ts'
import { useTranslation } from 'react-i18next'
import { numberText, valueText } from '../../format/value.ts'
import { TextLink } from '../../parts/links.tsx'
import { Facts } from '../../parts/page.tsx'
import { useWords } from '../../parts/sentences.ts'
import { Ago } from '../../parts/times.tsx'

/** What is known of a gateway: how far it vouches, what it still holds, how its clock runs, what was refused. */
export function GatewayFacts({ gateway }: { gateway: Gateway }) {
  const { t, i18n } = useTranslation()
  const words = useWords()
  const number = (value: number | null) => (value === null ? '–' : numberText(value, i18n.language))
  const refused = Object.entries(gateway.refused)
  return (
    <Facts
      rows={[
        [
          t('gateway.watermark'),
          gateway.watermark ? <Ago key="watermark" at={gateway.watermark} /> : t('time.never'),
        ],
        [
          t('gateway.spool'),
          gateway.spoolDepth === null ? '–' : t('gateway.batches', { count: gateway.spoolDepth }),
        ],
        [
          t('gateway.clockOffset'),
          gateway.clockOffsetMs === null ? '–' : valueText(gateway.clockOffsetMs, 'ms', i18n.language),
        ],
        [
          t('gateway.refused'),
          refused.length === 0
            ? t('gateway.nothingRefused')
            : refused
                .map(([reason, count]) => `${words.word('refused', reason)}: ${number(count)}`)
                .join(', '),
        ],
        [t('gateway.deviceList'), hasNewestList(gateway) ? t('gateway.upToDate') : t('gateway.notYet')],
        [
          t('nav.devices'),
          <TextLink key="devices" to="/devices" search={{ gateway: gateway.id }}>
            {t('gateways.devices', { count: gateway.deviceCount })}
          </TextLink>,
        ],
        [t('gateway.lastApplied'), `${number(gateway.epoch)} / ${number(gateway.lastApplied)}`],
        [t('gateway.software'), gateway.software ?? '–'],
      ]}
    />
  )
}

/** Whether the gateway works by the list the server has now. */
const hasNewestList = ({ configVersion, appliedConfigVersion }: Gateway): boolean =>
  appliedConfigVersion?.generation === configVersion.generation &&
  appliedConfigVersion.version === configVersion.version
