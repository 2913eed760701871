import { Button, Skeleton, Stack } from '@mantine/core'
import type { ErrorComponentProps } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { LinkButton } from './links.tsx'
import { Empty, PageFrame } from './page.tsx'

export function NotFound() {
  const { t } = useTranslation()
  return (
    <PageFrame title={t('notFound.title')}>
      <Empty action={<LinkButton to="/">{t('nav.overview')}</LinkButton>}>{t('notFound.text')}</Empty>
    </PageFrame>
  )
}

/** A page that could not be drawn: most often its file is gone because the server was updated meanwhile. */
export function PageFailed({ error }: ErrorComponentProps) {
  const { t } = useTranslation()
  return (
    <PageFrame title={t('pageFailed.title')}>
      <Empty action={<Button onClick={() => location.reload()}>{t('pageFailed.reload')}</Button>}>
        {t('pageFailed.text')}
        <div>{String(error)}</div>
      </Empty>
    </PageFrame>
  )
}

export const PageLoading = () => (
  <Stack gap="md" aria-busy>
    <Skeleton height={28} width={220} />
    <Skeleton height={160} />
  </Stack>
)
