import { Text } from '@mantine/core'
import type { Account } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'

/** Said where the button to connect would be, to somebody who may look after the account and not consent for it. */
export function OwnerOnly({ account: { owner } }: { account: Account }) {
  const texts = useTexts('accounts')
  if (!owner) return null
  return (
    <Text size="sm" c="dimmed">
      {texts.ownerOnly({ owner: owner.name })}
    </Text>
  )
}
