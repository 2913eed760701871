import { Select, TextInput } from '@mantine/core'
import type { NewSite } from '@stillwatch/contract/api/sites.ts'
import { useTranslation } from 'react-i18next'

export const hereZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone

/** Name and time zone of a site. */
export function SiteFields({ site, onChange }: { site: NewSite; onChange(site: NewSite): void }) {
  const { t } = useTranslation()
  return (
    <>
      <TextInput
        label={t('field.name')}
        required
        maxLength={200}
        data-autofocus
        value={site.name}
        onChange={(event) => onChange({ ...site, name: event.currentTarget.value })}
      />
      <Select
        label={t('site.timeZone')}
        description={t('site.timeZoneHelp')}
        searchable
        allowDeselect={false}
        limit={60}
        data={[...new Set([site.timeZone, ...Intl.supportedValuesOf('timeZone')])]}
        value={site.timeZone}
        onChange={(timeZone) => timeZone && onChange({ ...site, timeZone })}
      />
    </>
  )
}
