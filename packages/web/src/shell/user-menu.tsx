import { ActionIcon, Menu } from '@mantine/core'
import { IconLock, IconLogout, IconUserCircle } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { sessionQuery, signOut } from '../api/session.ts'
import type { Session } from '../api/types.ts'
import { LanguageItems } from '../languages/language-menu.tsx'
import { useTexts } from '../languages/speaking.tsx'
import { ChangePassword } from '../session/change-password.tsx'

export function UserMenu() {
  const texts = useTexts('shell')
  const client = useQueryClient()
  const navigate = useNavigate()
  const { data: session } = useQuery(sessionQuery)
  const [changing, setChanging] = useState(false)
  const leave = useMutation({
    mutationFn: signOut,
    onSuccess: async () => {
      client.setQueryData(sessionQuery.queryKey, (known) => known && withoutUser(known))
      await navigate('/sign-in', { replace: true })
      // Nothing of one person stays in memory for the next one.
      client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== sessionQuery.queryKey[0] })
      // What the door offers is only told to somebody who is not signed in.
      void client.invalidateQueries({ queryKey: sessionQuery.queryKey })
    },
  })
  return (
    <>
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
          <Menu.Item leftSection={<IconLock size={16} />} onClick={() => setChanging(true)}>
            {texts.changePassword}
          </Menu.Item>
          <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => leave.mutate()}>
            {texts.signOut}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <ChangePassword open={changing} onClose={() => setChanging(false)} />
    </>
  )
}

function withoutUser({ user: _user, ...session }: Session): Session {
  return { ...session, signed_in: false }
}
