import { Button, Menu } from '@mantine/core'
import { IconLanguage, IconLogout, IconUser } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { type Language, languages, speak } from '../data/language.ts'
import { useSignOut, useUser } from '../data/session.tsx'
import css from './shell.module.css'

export function PersonMenu() {
  const { t, i18n } = useTranslation()
  const user = useUser()
  const navigate = useNavigate()
  const signOut = useSignOut()
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <Button
          variant="subtle"
          color="gray"
          px={8}
          aria-label={user.name || user.username}
          leftSection={<IconUser size={18} />}
        >
          <span className={`cut ${css.personName}`} style={{ maxWidth: 120, lineHeight: 1.5 }}>
            {user.name || user.username}
          </span>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t(`role.${user.role}`)}</Menu.Label>
        <Menu.Item leftSection={<IconUser size={16} />} onClick={() => void navigate({ to: '/profile' })}>
          {t('profile.title')}
        </Menu.Item>
        {Object.entries(languages)
          .filter(([language]) => language !== i18n.language)
          .map(([language, name]) => (
            <Menu.Item
              key={language}
              lang={language}
              leftSection={<IconLanguage size={16} />}
              onClick={() => void speak(language as Language)}
            >
              {name}
            </Menu.Item>
          ))}
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => signOut.mutate()}>
          {t('action.signOut')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
