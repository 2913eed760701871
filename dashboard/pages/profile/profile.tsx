import { Button, Group, PasswordInput, SimpleGrid, Stack, TextInput } from '@mantine/core'
import type { OwnPatch } from '@stillwatch/contract/api/users.ts'
import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useChange } from '../../data/changes.ts'
import { endpoints } from '../../data/endpoints.ts'
import { type Language, speak } from '../../data/language.ts'
import { queries } from '../../data/queries.ts'
import { useUser } from '../../data/session.tsx'
import { LanguageSwitch } from '../../parts/language-switch.tsx'
import { PageFrame, Section } from '../../parts/page.tsx'
import { Trouble } from '../../parts/trouble.tsx'

export default function ProfilePage() {
  const { t } = useTranslation()
  return (
    <PageFrame title={t('profile.title')}>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        <Section title={t('profile.person')}>
          <PersonForm />
        </Section>
        <Section title={t('signIn.password')}>
          <PasswordForm />
        </Section>
      </SimpleGrid>
    </PageFrame>
  )
}

/** Saves to the account and shows it at once everywhere on the page. */
function useChangeMe() {
  const cache = useQueryClient()
  return useChange(async (patch: OwnPatch) => {
    cache.setQueryData(queries.me().queryKey, await endpoints.changeMe(patch))
  }, 'users')
}

function PersonForm() {
  const { t } = useTranslation()
  const user = useUser()
  const [name, setName] = useState(user.name)
  const save = useChangeMe()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save.mutate({ name: name.trim() })
  }
  const choose = (language: Language) => {
    void speak(language)
    save.mutate({ language })
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label={t('users.name')}
          maxLength={100}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <div>
          <div className="quiet">{t('profile.language')}</div>
          <LanguageSwitch onChoose={choose} />
        </div>
        <Trouble error={save.error} />
        <Group>
          <Button type="submit" loading={save.isPending}>
            {t('action.save')}
          </Button>
          {save.isSuccess && <span role="status">{t('profile.saved')}</span>}
        </Group>
      </Stack>
    </form>
  )
}

function PasswordForm() {
  const { t } = useTranslation()
  const [oldPassword, setOld] = useState('')
  const [newPassword, setNew] = useState('')
  const save = useChangeMe()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save.mutate({ oldPassword, newPassword })
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <PasswordInput
          label={t('profile.oldPassword')}
          required
          autoComplete="current-password"
          value={oldPassword}
          onChange={(event) => setOld(event.currentTarget.value)}
        />
        <PasswordInput
          label={t('profile.newPassword')}
          description={t('profile.passwordHelp')}
          required
          minLength={10}
          autoComplete="new-password"
          value={newPassword}
          onChange={(event) => setNew(event.currentTarget.value)}
        />
        <Trouble error={save.error} />
        <Group>
          <Button type="submit" loading={save.isPending}>
            {t('profile.changePassword')}
          </Button>
          {save.isSuccess && <span role="status">{t('profile.saved')}</span>}
        </Group>
      </Stack>
    </form>
  )
}
