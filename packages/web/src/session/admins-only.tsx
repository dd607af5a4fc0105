import { IconLock } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { Outlet } from 'react-router'
import { useTexts } from '../languages/speaking.tsx'
import { EmptyState } from '../shared/empty-state.tsx'
import { useIsAdmin } from './user.ts'

/** The screens below are for administrators. Somebody else who comes to one, by a link for instance, reads that, or gets `instead`. */
export function AdminsOnly({ instead }: { instead?: ReactNode }) {
  const texts = useTexts('shared')
  if (useIsAdmin()) return <Outlet />
  return (
    instead ?? (
      <EmptyState icon={IconLock} heading="h1" title={texts.adminsOnlyTitle}>
        {texts.adminsOnly}
      </EmptyState>
    )
  )
}
