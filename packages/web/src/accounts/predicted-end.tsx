import { Text } from '@mantine/core'
import type { Account } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'
import { MoreLink } from '../shared/more-link.tsx'
import { When } from '../shared/when.tsx'

/** When the permission ends by itself, why, and what can be done about it. */
export function PredictedEnd({ end }: { end: NonNullable<Account['predicted_end']> }) {
  const texts = useTexts('accounts')
  return (
    <>
      <When at={end.at} />
      <Text size="sm">{texts.endWhy[end.reason]}</Text>
      {end.advice && <Text size="sm">{end.advice}</Text>}
      {end.link && <MoreLink href={end.link} />}
    </>
  )
}
