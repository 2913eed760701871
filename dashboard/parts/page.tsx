import { Group, Stack, Title } from '@mantine/core'
import { useDocumentTitle } from '@mantine/hooks'
import type { ReactNode } from 'react'
import classes from './page.module.css'

/** The frame of every page: its title (also that of the browser tab), what can be done, and the content. */
export function PageFrame({
  title,
  actions,
  children,
}: {
  title: string
  actions?: ReactNode
  children: ReactNode
}) {
  useDocumentTitle(`${title} · Stillwatch`)
  return (
    <Stack gap="md">
      <Group justify="space-between" align="center" gap="sm">
        <Title order={1} className={classes.title}>
          {title}
        </Title>
        {actions && <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </Stack>
  )
}

export function Section({
  title,
  aside,
  flush = false,
  children,
}: {
  title?: ReactNode
  aside?: ReactNode
  flush?: boolean
  children: ReactNode
}) {
  return (
    <section>
      {title && (
        <Group justify="space-between" align="baseline" mb={6} gap="xs">
          <Title order={2}>{title}</Title>
          {aside}
        </Group>
      )}
      <div className={flush ? 'card flush' : 'card'}>{children}</div>
    </section>
  )
}

/** Says what is not there and what to do next. */
export function Empty({ children, action }: { children: ReactNode; action?: ReactNode }) {
  return (
    <div className={classes.empty}>
      <div className="quiet">{children}</div>
      {action}
    </div>
  )
}

/** Names on the left, values on the right. */
export function Facts({ rows }: { rows: readonly (readonly [name: string, value: ReactNode])[] }) {
  return (
    <dl className={classes.facts}>
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
