import { Button, type ButtonProps } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Search } from '../data/filters.ts'

interface Target {
  to: string
  search?: Search
  children: ReactNode
}

export const TextLink = ({ to, search, children }: Target) => (
  <Link to={to} {...(search && { search: search as never })} className="text-link">
    {children}
  </Link>
)

/** A whole row of a list that leads somewhere. */
export const RowLink = ({ to, search, children }: Target) => (
  <Link to={to} {...(search && { search: search as never })} className="row-link">
    {children}
  </Link>
)

export const LinkButton = ({ to, search, children, ...button }: Target & ButtonProps) => (
  <Button
    {...button}
    renderRoot={(props) => <Link to={to} {...(search && { search: search as never })} {...props} />}
  >
    {children}
  </Button>
)
