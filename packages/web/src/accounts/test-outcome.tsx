import { Text } from '@mantine/core'
import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react'
import type { AccountTest } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'
import { Notice } from '../shared/notice.tsx'

export function TestOutcome({ outcome }: { outcome: AccountTest }) {
  const whoWords = useTexts('who')
  const { ok, who, detail, advice } = outcome
  const texts = useTexts('accounts')
  const shared = useTexts('shared')
  return (
    <Notice
      tone={ok ? 'good' : 'bad'}
      icon={ok ? IconCircleCheck : IconAlertTriangle}
      title={ok ? texts.testOk : texts.testFailed}
      role="status"
    >
      <Text size="sm">{detail}</Text>
      {!ok && advice && <Text size="sm">{advice}</Text>}
      {!ok && who && (
        <Text size="sm">
          {shared.whoCanFix}: {whoWords[who]}
        </Text>
      )}
    </Notice>
  )
}
