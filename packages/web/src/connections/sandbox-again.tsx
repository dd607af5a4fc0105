import { Button, Group, Text } from '@mantine/core'
import { IconSchool } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { connectSandbox, keepConnection, sandboxQuery } from '../api/connections.ts'
import { useTexts } from '../languages/speaking.tsx'
import { useIsAdmin } from '../session/user.ts'
import { Notice } from '../shared/notice.tsx'
import { ProblemAlert } from '../shared/problem-alert.tsx'
import { useTell } from '../shared/tell.ts'

/** The way back to the practice provider, for whoever removed its connection. Nothing where it is there, or off. */
export function SandboxAgain() {
  const texts = useTexts('connections')
  const tell = useTell()
  const client = useQueryClient()
  const isAdmin = useIsAdmin()
  const sandbox = useQuery({ ...sandboxQuery, enabled: isAdmin }).data
  const make = useMutation({
    mutationFn: connectSandbox,
    onSuccess: (connection) => {
      keepConnection(client, connection)
      tell(texts.sandboxMade)
    },
  })
  if (!sandbox?.on || sandbox.connection !== undefined) return null
  return (
    <Notice tone="quiet" icon={IconSchool} title={texts.sandboxTitle}>
      <Text size="sm" mb="xs">
        {texts.sandboxText}
      </Text>
      {make.error && <ProblemAlert error={make.error} />}
      <Group>
        <Button size="xs" variant="default" loading={make.isPending} onClick={() => make.mutate()}>
          {texts.sandboxAgain}
        </Button>
      </Group>
    </Notice>
  )
}
