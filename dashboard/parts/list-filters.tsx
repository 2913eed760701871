import { Chip, Group, NativeSelect, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { IconSearch } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useFilters } from '../data/filters.ts'

/** Text that narrows a list; asked for when typing pauses, without a step in the history per key. */
export function SearchFilter({ placeholder }: { placeholder: string }) {
  const { t } = useTranslation()
  const { search, replace } = useFilters()
  const [text, setText] = useState(search.q ?? '')
  const apply = useDebouncedCallback((q: string) => replace({ q }), 300)
  // Back and forward change the URL under us.
  useEffect(() => setText(search.q ?? ''), [search.q])
  return (
    <TextInput
      aria-label={t('list.search')}
      placeholder={placeholder}
      leftSection={<IconSearch size={16} />}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value)
        apply(event.currentTarget.value.trim())
      }}
      style={{ flex: '1 1 220px' }}
    />
  )
}

interface Option {
  value: string
  label: string
}

/** One of several, or all; what is chosen stands in the URL under `name`. */
export function ChoiceFilter({ name, all, options }: { name: string; all: string; options: Option[] }) {
  const { search, set } = useFilters()
  return (
    <NativeSelect
      aria-label={all}
      data={[{ value: '', label: all }, ...options]}
      value={search[name] ?? ''}
      onChange={(event) => set({ [name]: event.currentTarget.value })}
      style={{ flex: '0 1 190px' }}
    />
  )
}

/** Several of several, comma separated in the URL under `name`. */
export function ChipsFilter({ name, options }: { name: string; options: Option[] }) {
  const { search, set } = useFilters()
  const chosen = search[name] ? search[name].split(',') : []
  return (
    <Chip.Group multiple value={chosen} onChange={(values) => set({ [name]: values.join(',') })}>
      <Group gap={6}>
        {options.map(({ value, label }) => (
          <Chip key={value} value={value} size="xs" variant="outline">
            {label}
          </Chip>
        ))}
      </Group>
    </Chip.Group>
  )
}
