import { Button, Group, Modal, Stack } from '@mantine/core'
import type { UseMutationResult } from '@tanstack/react-query'
import type { FormEvent, ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Trouble } from './trouble.tsx'

/** A small form over the page: it closes when what it does has worked, and says why when it has not. */
export function FormModal<Input>({
  title,
  submitText,
  danger = false,
  mutation,
  input,
  opened,
  onClose,
  children,
}: {
  title: string
  submitText: string
  danger?: boolean
  mutation: UseMutationResult<unknown, Error, Input>
  input: Input
  opened: boolean
  onClose(): void
  children?: ReactNode
}) {
  const { t } = useTranslation()
  const close = () => {
    mutation.reset()
    onClose()
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    mutation.mutate(input, { onSuccess: close })
  }
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={title}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      <form onSubmit={submit}>
        <Stack>
          {children}
          <Trouble error={mutation.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {t('action.cancel')}
            </Button>
            <Button type="submit" loading={mutation.isPending} {...(danger && { color: 'red' })}>
              {submitText}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
