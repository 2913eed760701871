import { Button, Group, Stack } from '@mantine/core'
import type { User } from '@stillwatch/contract/api/session.ts'
import { IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { queries } from '../../data/queries.ts'
import { PageFrame, Section } from '../../parts/page.tsx'
import { Loaded } from '../../parts/trouble.tsx'
import { AddUser } from './add-user.tsx'
import { EditUser } from './edit-user.tsx'

/** Who may sign in, and as what. */
export default function UsersPage() {
  const { t } = useTranslation()
  const users = useQuery(queries.users())
  const [adding, setAdding] = useState(false)
  const [editing, setEditing] = useState<User>()
  return (
    <PageFrame
      title={t('nav.users')}
      actions={
        <Button size="sm" leftSection={<IconPlus size={16} />} onClick={() => setAdding(true)}>
          {t('users.add')}
        </Button>
      }
    >
      <Section flush>
        <Loaded query={users}>
          {({ items }) => items.map((user) => <UserRow key={user.id} user={user} onEdit={setEditing} />)}
        </Loaded>
      </Section>
      {adding && <AddUser onClose={() => setAdding(false)} />}
      {editing && <EditUser user={editing} onClose={() => setEditing(undefined)} />}
    </PageFrame>
  )
}

function UserRow({ user, onEdit }: { user: User; onEdit(user: User): void }) {
  const { t } = useTranslation()
  return (
    <div className="row-link">
      <Stack gap={0} className="grow">
        <strong>{user.name || user.username}</strong>
        <span className="quiet">{user.username}</span>
      </Stack>
      <Group gap="md">
        <span>{user.disabled ? t('users.disabled') : t(`role.${user.role}`)}</span>
        <Button variant="default" size="xs" onClick={() => onEdit(user)}>
          {t('action.edit')}
        </Button>
      </Group>
    </div>
  )
}
