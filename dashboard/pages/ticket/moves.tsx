import { Button, Checkbox, Group, Modal, Stack, Text, Textarea } from '@mantine/core'
import type { NewTransition, Ticket } from '@stillwatch/contract/api/tickets.ts'
import type { TicketState } from '@stillwatch/contract/ticket.ts'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ApiError } from '../../data/api.ts'
import { useChange } from '../../data/changes.ts'
import { endpoints } from '../../data/endpoints.ts'
import { Trouble } from '../../parts/trouble.tsx'

type Move = Ticket['next'][number]

/** Where this person may move the ticket: the usual next step first and filled, giving up last. */
export function Moves({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation()
  const [asking, setAsking] = useState<Move>()
  const move = useChange((transition: NewTransition) => endpoints.move(ticket.id, transition), 'tickets')
  const choose = (next: Move) => {
    move.reset()
    if (next.needs.length === 0) move.mutate({ to: next.to })
    else setAsking(next)
  }
  if (ticket.next.length === 0) return null
  return (
    <Stack gap="xs">
      <Group gap="xs">
        {ticket.next.toSorted(usualFirst).map((next, index) => (
          <Button
            key={next.to}
            size="sm"
            variant={index === 0 ? 'filled' : 'default'}
            loading={move.isPending && move.variables.to === next.to}
            disabled={move.isPending}
            onClick={() => choose(next)}
          >
            {t(`move.${next.to}`)}
          </Button>
        ))}
      </Group>
      {!asking && <Trouble error={move.error} />}
      {asking && <ReasonModal next={asking} move={move} onClose={() => setAsking(undefined)} />}
    </Stack>
  )
}

const unusual: readonly TicketState[] = ['cancelled', 'archived']
const usualFirst = (a: Move, b: Move) => Number(unusual.includes(a.to)) - Number(unusual.includes(b.to))

function ReasonModal({
  next,
  move,
  onClose,
}: {
  next: Move
  move: ReturnType<typeof useChange<NewTransition, Ticket>>
  onClose(): void
}) {
  const { t } = useTranslation()
  const [reason, setReason] = useState('')
  const [override, setOverride] = useState(false)
  const stillActive = move.error instanceof ApiError && move.error.code === 'fault_still_active'
  const submit = () =>
    move.mutate(
      { to: next.to, ...(reason.trim() && { reason: reason.trim() }), ...(override && { override }) },
      { onSuccess: onClose },
    )
  return (
    <Modal
      opened
      onClose={onClose}
      title={t(`move.${next.to}`)}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      <Stack>
        <Textarea
          label={t('ticket.reason')}
          data-autofocus
          autosize
          minRows={2}
          maxLength={2_000}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <Trouble error={move.error} />
        {(stillActive || override) && (
          <Checkbox
            label={t('ticket.override')}
            checked={override}
            onChange={(event) => setOverride(event.currentTarget.checked)}
          />
        )}
        {next.needs.includes('fault_cleared') && <Text className="quiet">{t('ticket.needsCleared')}</Text>}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('action.cancel')}
          </Button>
          <Button
            onClick={submit}
            loading={move.isPending}
            disabled={(next.needs.includes('reason') || override) && reason.trim() === ''}
          >
            {t(`move.${next.to}`)}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
