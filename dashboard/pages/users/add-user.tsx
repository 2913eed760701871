import { PasswordInput, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useChange } from '../../data/changes.ts'
import { endpoints } from '../../data/endpoints.ts'
import type { Language } from '../../data/language.ts'
import { FormModal } from '../../parts/form-modal.tsx'
import { type UserDraft, UserFields } from './user-fields.tsx'

export function AddUser({ onClose }: { onClose(): void }) {
  const { t, i18n } = useTranslation()
  const [username, setUsername] = useState('')
  const [password, setPassword] = useState('')
  const [user, setUser] = useState<UserDraft>({
    name: '',
    role: 'noc',
    siteIds: [],
    language: i18n.language as Language,
  })
  const add = useChange(endpoints.addUser, 'users')
  return (
    <FormModal
      title={t('users.add')}
      submitText={t('action.add')}
      mutation={add}
      input={{ ...user, username, password }}
      opened
      onClose={onClose}
    >
      <TextInput
        label={t('signIn.username')}
        description={t('users.usernameHelp')}
        required
        pattern="[A-Za-z0-9._@\-]{1,64}"
        autoComplete="off"
        value={username}
        onChange={(event) => setUsername(event.currentTarget.value)}
      />
      <PasswordInput
        label={t('signIn.password')}
        description={t('profile.passwordHelp')}
        required
        minLength={10}
        autoComplete="new-password"
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
      <UserFields user={user} onChange={setUser} />
    </FormModal>
  )
}
