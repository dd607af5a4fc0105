import { Button } from '@mantine/core'
import { IconMapOff } from '@tabler/icons-react'
import { Link } from 'react-router'
import { EmptyState } from './empty-state.tsx'
import { texts } from './texts.ts'

export function NotFound() {
  return (
    <EmptyState
      icon={IconMapOff}
      heading="h1"
      title={texts.notFoundTitle}
      action={
        <Button component={Link} to="/">
          {texts.toAccounts}
        </Button>
      }
    >
      {texts.notFoundDetail}
    </EmptyState>
  )
}
