import { Button } from '@mantine/core'
import { useRouteError } from 'react-router'
import { useTexts } from '../languages/speaking.tsx'
import { ProblemAlert } from '../shared/problem-alert.tsx'

/** A screen that could not be shown, for instance because a new version replaced its code meanwhile. */
export function PageError() {
  const texts = useTexts('shell')
  const error = useRouteError()
  return (
    <ProblemAlert
      error={error}
      action={
        <Button size="xs" variant="default" onClick={() => window.location.reload()}>
          {texts.reload}
        </Button>
      }
    />
  )
}
