import { Stack, Text } from '@mantine/core'
import type { Overview } from '@stillwatch/contract/api/system.ts'
import { IconCheck } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { LinkButton } from '../../parts/links.tsx'
import { Section } from '../../parts/page.tsx'
import css from './overview.module.css'

/** What an empty Stillwatch needs before it can watch anything, in order, with what is done ticked off. */
export function FirstSteps({ overview }: { overview: Overview }) {
  const { t } = useTranslation()
  const steps = [
    { name: 'site', to: '/sites', done: overview.sites > 0 },
    { name: 'gateway', to: '/gateways', done: overview.gateways > 0 },
    { name: 'device', to: '/devices/new', done: overview.devices > 0 },
  ] as const
  const next = steps.find((step) => !step.done)
  return (
    <Section>
      <Stack gap="lg">
        <div>
          <div className="big">{t('firstSteps.title')}</div>
          <Text className="quiet">{t('firstSteps.text')}</Text>
        </div>
        {steps.map((step, index) => (
          <div key={step.name} className={css.step}>
            <span className={css.stepMark} data-done={step.done || undefined}>
              {step.done ? <IconCheck size={18} aria-label={t('firstSteps.done')} /> : index + 1}
            </span>
            <div>
              <strong>{t(`firstSteps.${step.name}.title`)}</strong>
              <Text className="quiet" mb={8}>
                {t(`firstSteps.${step.name}.text`)}
              </Text>
              {!step.done && (
                <LinkButton to={step.to} variant={step === next ? 'filled' : 'default'} size="xs">
                  {t(`firstSteps.${step.name}.action`)}
                </LinkButton>
              )}
            </div>
          </div>
        ))}
      </Stack>
    </Section>
  )
}
