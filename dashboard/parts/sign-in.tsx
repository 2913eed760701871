import { Button, Group, Paper, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core'
import { useDocumentTitle } from '@mantine/hooks'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSignIn } from '../data/session.tsx'
import { LanguageSwitch } from './language-switch.tsx'
import { Trouble } from './trouble.tsx'

export function SignIn() {
  const { t } = useTranslation()
  const [username, setUsername] = useState('')
  const [password, setPassword] = useState('')
  const signIn = useSignIn()
  useDocumentTitle(`${t('signIn.title')} · Stillwatch`)

  const submit = (event: FormEvent) => {
    event.preventDefault()
    signIn.mutate({ username, password })
  }

  return (
    <main style={{ maxWidth: 400, margin: '0 auto', padding: '14vh 16px 16px' }}>
      <Group gap="sm" mb="lg" wrap="nowrap">
        <img src="/favicon.svg" width={40} height={40} alt="" />
        <div>
          <Title order={1}>{t('product')}</Title>
          <Text className="quiet">{t('signIn.claim')}</Text>
        </div>
      </Group>
      <Paper className="card" component="form" onSubmit={submit}>
        <Stack>
          <TextInput
            label={t('signIn.username')}
            autoComplete="username"
            autoFocus
            required
            value={username}
            onChange={(event) => setUsername(event.currentTarget.value)}
          />
          <PasswordInput
            label={t('signIn.password')}
            autoComplete="current-password"
            required
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          <Trouble error={signIn.error} />
          <Button type="submit" loading={signIn.isPending}>
            {t('signIn.submit')}
          </Button>
          <Text size="sm" className="quiet">
            {t('signIn.firstTime')}
          </Text>
        </Stack>
      </Paper>
      <Group justify="center" mt="md">
        <LanguageSwitch />
      </Group>
    </main>
  )
}
