import { Group, NumberInput } from '@mantine/core'
import { watchDefaults } from '@stillwatch/contract/health.ts'
import { useTranslation } from 'react-i18next'
import type { DraftProps } from './draft-props.ts'
import { useProblemText } from './problem-text.ts'

/** How often it is asked, and how long silence and recovery have to last. Empty means the usual. */
export function WatchFields({ draft, change, problems }: DraftProps) {
  const { t } = useTranslation()
  const problemText = useProblemText()
  const field = (name: 'intervalS' | 'silenceWindowS' | 'recoveryHoldS') => ({
    label: t(`field.${name}`),
    description: t(`fieldHelp.${name}`),
    suffix: ' s',
    hideControls: true,
    value: draft[name],
    error: problemText(problems[name]),
    onChange: (value: string | number) => change({ [name]: typeof value === 'number' ? value : '' }),
  })
  return (
    <Group grow align="flex-start">
      <NumberInput {...field('intervalS')} placeholder={`${watchDefaults.intervalS} s`} />
      <NumberInput {...field('silenceWindowS')} placeholder={`${watchDefaults.silenceWindowS} s`} />
      <NumberInput {...field('recoveryHoldS')} />
    </Group>
  )
}
