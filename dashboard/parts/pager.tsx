import { Button, Group, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Page } from '../data/endpoints.ts'
import { useFilters } from '../data/filters.ts'
import { numberText } from '../format/value.ts'

/** Rows asked for at once. */
export const ROWS = 50

/** Which rows of how many, and the way to the following ones. The server pages; back leads back. */
export function Pager({ page }: { page: Page<unknown> }) {
  const { t, i18n } = useTranslation()
  const { search, set } = useFilters()
  const number = Number(search.page ?? 1)
  const from = (number - 1) * ROWS + 1
  const text = (value: number) => numberText(value, i18n.language)
  if (page.total === 0 || (page.total <= ROWS && number === 1)) return null
  return (
    <Group justify="space-between">
      <Text className="quiet">
        {t('list.range', {
          from: text(from),
          to: text(from + page.items.length - 1),
          total: text(page.total),
        })}
      </Text>
      <Group gap="xs">
        {number > 1 && (
          <Button variant="default" size="xs" onClick={() => set({})}>
            {t('list.first')}
          </Button>
        )}
        {page.next && (
          <Button
            variant="default"
            size="xs"
            onClick={() => set({ cursor: page.next, page: String(number + 1) })}
          >
            {t('list.next')}
          </Button>
        )}
      </Group>
    </Group>
  )
}
