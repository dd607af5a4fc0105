import { Text } from '@mantine/core'
import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react'
import type { AccountTest } from '../api/types.ts'
import { Notice } from '../shared/notice.tsx'
import { whoWords } from '../shared/texts.ts'
import { texts } from './texts.ts'

export function TestOutcome({ outcome: { ok, detail, who, advice } }: { outcome: AccountTest }) {
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
          {texts.whoCanFix}: {whoWords[who]}
        </Text>
      )}
    </Notice>
  )
}
