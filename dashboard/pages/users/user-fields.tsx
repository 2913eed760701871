import { MultiSelect, NativeSelect, TextInput } from '@mantine/core'
import { type Role, roles, seesEverySite } from '@stillwatch/contract/roles.ts'
import { useTranslation } from 'react-i18next'
import { type Language, languages } from '../../data/language.ts'
import { useSites } from '../../parts/site-name.tsx'

export interface UserDraft {
  name: string
  role: Role
  siteIds: string[]
  language: Language
}

/** What an administrator says about a person. Sites are asked only for roles that do not see them all. */
export function UserFields({ user, onChange }: { user: UserDraft; onChange(user: UserDraft): void }) {
  const { t } = useTranslation()
  const sites = useSites()
  return (
    <>
      <TextInput
        label={t('users.name')}
        maxLength={100}
        value={user.name}
        onChange={(event) => onChange({ ...user, name: event.currentTarget.value })}
      />
      <NativeSelect
        label={t('users.role')}
        data={roles.map((role) => ({ value: role, label: t(`role.${role}`) }))}
        value={user.role}
        onChange={(event) => onChange({ ...user, role: event.currentTarget.value as Role })}
      />
      {!seesEverySite(user.role) && (
        <MultiSelect
          label={t('nav.sites')}
          description={t('users.sitesHelp')}
          searchable
          data={(sites.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))}
          value={user.siteIds}
          onChange={(siteIds) => onChange({ ...user, siteIds })}
        />
      )}
      <NativeSelect
        label={t('profile.language')}
        data={Object.entries(languages).map(([value, label]) => ({ value, label }))}
        value={user.language}
        onChange={(event) => onChange({ ...user, language: event.currentTarget.value as Language })}
      />
    </>
  )
}
