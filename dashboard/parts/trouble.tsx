import { Alert, Button, Skeleton, Stack } from '@mantine/core'
import { IconAlertCircle } from '@tabler/icons-react'
import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { ApiError } from '../data/api.ts'

/** What failed and what to do about it, in words. Draws nothing while nothing is wrong. */
export function Trouble({ error, retry }: { error: unknown; retry?: (() => void) | undefined }) {
  const { t } = useTranslation()
  if (!error) return null
  const code = error instanceof ApiError ? error.code : 'internal'
  const requestId = error instanceof ApiError ? error.details.requestId : undefined
  return (
    <Alert
      color="red"
      variant="light"
      icon={<IconAlertCircle />}
      title={t(`error.${code}.means`)}
      role="alert"
    >
      {t(`error.${code}.todo`)}
      {typeof requestId === 'string' && <div className="quiet">{requestId}</div>}
      {retry && (
        <Button size="xs" variant="light" color="red" mt="xs" onClick={retry}>
          {t('action.tryAgain')}
        </Button>
      )}
    </Alert>
  )
}

/** The usual three faces of something that is asked for: not yet, failed, here. Old data stays while new data is asked for. */
export function Loaded<T>({
  query,
  children,
  rows = 4,
}: {
  query: UseQueryResult<T>
  children: (data: T) => ReactNode
  rows?: number
}) {
  if (query.data !== undefined) return children(query.data)
  if (query.error) return <Trouble error={query.error} retry={() => void query.refetch()} />
  return (
    <Stack gap="xs" aria-busy>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: grey bars have no other identity.
        <Skeleton key={row} height={36} />
      ))}
    </Stack>
  )
}
