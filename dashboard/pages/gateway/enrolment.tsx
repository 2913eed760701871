import { Button, CopyButton, Group, Stack, Text } from '@mantine/core'
import type { EnrolmentCode, Gateway } from '@stillwatch/contract/api/gateways.ts'
import { useTranslation } from 'react-i18next'
import { useChange } from '../../data/changes.ts'
import { endpoints } from '../../data/endpoints.ts'
import { useEnrolmentCodes, useKeptCode } from '../../data/enrolment-codes.ts'
import { Section } from '../../parts/page.tsx'
import { Lasting } from '../../parts/times.tsx'
import { Trouble } from '../../parts/trouble.tsx'
import css from './enrolment.module.css'

/** How a machine at the site becomes this gateway: a one-time code and the command to run there. */
export function Enrolment({ gateway }: { gateway: Gateway }) {
  const { t } = useTranslation()
  const { keep } = useEnrolmentCodes()
  const kept = useKeptCode(gateway.id)
  // Once it is used, it only confuses.
  const code = gateway.enrolmentPending ? kept : undefined
  const make = useChange(async (id: string) => {
    keep(await endpoints.newEnrolmentCode(id))
  }, 'gateways')
  const enrolled = gateway.link !== 'not_enrolled'
  return (
    <Section title={t('enrolment.title')}>
      <Stack gap="sm">
        {code ? (
          <Command code={code} />
        ) : (
          <Text className="quiet">
            {enrolled
              ? t('enrolment.again')
              : gateway.enrolmentPending
                ? t('enrolment.lostCode')
                : t('enrolment.none')}
          </Text>
        )}
        <Trouble error={make.error} />
        <Group>
          <Button
            variant={code || enrolled ? 'default' : 'filled'}
            size="sm"
            loading={make.isPending}
            onClick={() => make.mutate(gateway.id)}
          >
            {t('enrolment.make')}
          </Button>
        </Group>
      </Stack>
    </Section>
  )
}

function Command({ code }: { code: EnrolmentCode }) {
  const { t } = useTranslation()
  const command = `npm run gateway -- --server ${location.origin} --enrol ${code.enrolmentCode} --data-dir ./gateway-data`
  return (
    <Stack gap="xs">
      <div className={css.code}>{code.enrolmentCode}</div>
      <Text className="quiet">
        {t('enrolment.once')} <Lasting at={code.expiresAt} />
      </Text>
      <Text>{t('enrolment.run')}</Text>
      <pre className={css.command}>{command}</pre>
      <Group>
        <CopyButton value={command}>
          {({ copied, copy }) => (
            <Button size="xs" variant="light" onClick={copy}>
              {copied ? t('action.copied') : t('action.copy')}
            </Button>
          )}
        </CopyButton>
      </Group>
    </Stack>
  )
}
