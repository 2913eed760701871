import { Button, Group, Stack, Textarea } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useChange } from '../../data/changes.ts'
import { endpoints } from '../../data/endpoints.ts'
import { mayDo } from '../../data/permissions.ts'
import { useUser } from '../../data/session.tsx'
import { Trouble } from '../../parts/trouble.tsx'

export function CommentForm({ ticketId }: { ticketId: string }) {
  const { t } = useTranslation()
  const { role } = useUser()
  const [text, setText] = useState('')
  const comment = useChange((words: string) => endpoints.comment(ticketId, words), 'tickets')
  if (!mayDo(role, 'comment')) return null
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        comment.mutate(text.trim(), { onSuccess: () => setText('') })
      }}
    >
      <Stack gap="xs">
        <Textarea
          label={t('ticket.comment')}
          autosize
          minRows={2}
          maxLength={10_000}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Trouble error={comment.error} />
        <Group justify="flex-end">
          <Button type="submit" variant="light" disabled={text.trim() === ''} loading={comment.isPending}>
            {t('ticket.addComment')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
