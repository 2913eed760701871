import { Checkbox, PasswordInput } from '@mantine/core'
import type { User } from '@stillwatch/contract/api/session.ts'
import type { UserPatch } from '@stillwatch/contract/api/users.ts'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useChange } from '../../data/changes.ts'
import { endpoints } from '../../data/endpoints.ts'
import { FormModal } from '../../parts/form-modal.tsx'
import { type UserDraft, UserFields } from './user-fields.tsx'

export function EditUser({ user, onClose }: { user: User; onClose(): void }) {
  const { t } = useTranslation()
  const { name, role, siteIds, language } = user
  const [draft, setDraft] = useState<UserDraft>({ name, role, siteIds, language })
  const [disabled, setDisabled] = useState(user.disabled)
  const [password, setPassword] = useState('')
  const save = useChange((patch: UserPatch) => endpoints.changeUser(user.id, patch), 'users')
  return (
    <FormModal
      title={t('form.editTitle', { name: user.name || user.username })}
      submitText={t('action.save')}
      mutation={save}
      input={{ ...draft, disabled, ...(password && { password }) }}
      opened
      onClose={onClose}
    >
      <UserFields user={draft} onChange={setDraft} />
      <PasswordInput
        label={t('profile.newPassword')}
        description={t('users.newPasswordHelp')}
        minLength={10}
        autoComplete="new-password"
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
      <Checkbox
        label={t('users.disable')}
        checked={disabled}
        onChange={(event) => setDisabled(event.currentTarget.checked)}
      />
    </FormModal>
  )
}
