import { Button } from '@mantine/core'
import { IconMapOff } from '@tabler/icons-react'
import { Link } from 'react-router'
import { useTexts } from '../languages/speaking.tsx'
import { EmptyState } from './empty-state.tsx'

export function NotFound() {
  const texts = useTexts('shared')
  return (
    <EmptyState
      icon={IconMapOff}
      heading="h1"
      title={texts.notFoundTitle}
      action={
        <Button component={Link} to="/accounts">
          {texts.toAccounts}
        </Button>
      }
    >
      {texts.notFoundDetail}
    </EmptyState>
  )
}
