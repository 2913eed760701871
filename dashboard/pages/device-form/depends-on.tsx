import { MultiSelect } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQueries, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { queries } from '../../data/queries.ts'
import type { DraftProps } from './draft-props.ts'

const SHOWN = 30
const MOST = 16

/** The devices whose failure would make this one unreachable: found by name on the same gateway. */
export function DependsOn({ draft, change }: DraftProps) {
  const { t } = useTranslation()
  const [text, setText] = useState('')
  const [q] = useDebouncedValue(text, 300)
  const onGateway = { gateway: draft.gatewayId, limit: SHOWN, q: q || undefined }
  const found = useQuery({ ...queries.devices(onGateway), enabled: draft.gatewayId !== '' })
  const chosen = useQueries({ queries: draft.dependsOn.map((id) => queries.device(id)) })
  const known = new Map(
    [...chosen.map(({ data }) => data), ...(found.data?.items ?? [])]
      .filter((device) => device !== undefined)
      .map(({ id, name }) => [id, name]),
  )
  return (
    <MultiSelect
      label={t('field.dependsOn')}
      description={t('fieldHelp.dependsOn')}
      disabled={draft.gatewayId === ''}
      searchable
      maxValues={MOST}
      searchValue={text}
      onSearchChange={setText}
      value={draft.dependsOn}
      data={[...known].map(([value, label]) => ({ value, label }))}
      nothingFoundMessage={t('list.noMatch')}
      onChange={(dependsOn) => change({ dependsOn })}
    />
  )
}
