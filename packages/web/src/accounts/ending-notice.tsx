import { Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import type { Account } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'
import { Notice } from '../shared/notice.tsx'
import { PredictedEnd } from './predicted-end.tsx'
import { FLAG_LOOKS } from './state.ts'

/** It works, and will not for long: when, why, and what to do before programs notice. */
export function EndingNotice({ end, action }: { end: NonNullable<Account['predicted_end']>; action: ReactNode }) {
  const texts = useTexts('accounts')
  return (
    <Notice {...FLAG_LOOKS.expiring_soon} title={texts.endsSoon} role="status">
      <Stack gap="xs">
        <Text size="sm" component="div">
          {texts.ends}: <PredictedEnd end={end} />
        </Text>
        <Text size="sm">{texts.endsSoonText}</Text>
        {action && <div>{action}</div>}
      </Stack>
    </Notice>
  )
}
