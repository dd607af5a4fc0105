import { ActionIcon, Menu } from '@mantine/core'
import { IconLogout, IconUserCircle } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from 'react-router'
import { sessionQuery, signOut } from '../api/session.ts'
import type { Session } from '../api/types.ts'
import { LanguageItems } from '../languages/language-menu.tsx'
import { useTexts } from '../languages/speaking.tsx'

export function UserMenu() {
  const texts = useTexts('shell')
  const client = useQueryClient()
  const navigate = useNavigate()
  const { data: session } = useQuery(sessionQuery)
  const leave = useMutation({
    mutationFn: signOut,
    onSuccess: async () => {
      client.setQueryData(sessionQuery.queryKey, (known) => known && withoutUser(known))
      await navigate('/sign-in', { replace: true })
      // Nothing of one person stays in memory for the next one.
      client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== sessionQuery.queryKey[0] })
    },
  })
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={texts.userMenu}>
          <IconUserCircle size={21} stroke={1.7} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {session?.user && (
          <Menu.Label>
            {texts.signedInAs} {session.user.name}
          </Menu.Label>
        )}
        <LanguageItems />
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => leave.mutate()}>
          {texts.signOut}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

function withoutUser({ user: _user, ...session }: Session): Session {
  return { ...session, signed_in: false }
}
