import { Button, Group, Stack, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { providerQuery } from '../api/providers.ts'
import type { Account } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'
import { Notice } from '../shared/notice.tsx'
import { accountAddress } from './account-label.ts'
import { PermissionNames } from './permission-names.tsx'
import { permissionsOf } from './permissions.ts'

interface Props {
  account: Account
  begin: () => void
  after: ReactNode
}

/** The person said yes to less than was asked for: what is missing by name, and how it comes after all. */
export function PartlyConnected({ account, begin, after }: Props) {
  const texts = useTexts('accounts')
  const words = useTexts('scopes')
  const features = useQuery(providerQuery(account.connection.provider)).data?.features ?? []
  return (
    <Notice tone="warn" icon={IconAlertTriangle} title={texts.partlyTitle({ account: accountAddress(account) })}>
      <Stack gap="xs">
        <Text size="sm">{texts.partlyText}</Text>
        <PermissionNames permissions={permissionsOf(account.missing_scopes, features, words)} missing />
        <Text size="sm">{texts.partlyMend}</Text>
        <Group gap="sm" align="end">
          <Button size="xs" onClick={begin}>
            {texts.startAgain}
          </Button>
          {after}
        </Group>
      </Stack>
    </Notice>
  )
}
