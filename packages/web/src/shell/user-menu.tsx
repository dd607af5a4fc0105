import { ActionIcon, Menu } from '@mantine/core'
import { IconLock, IconLogout, IconUserCircle } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { sessionQuery } from '../api/session.ts'
import { LanguageItems } from '../languages/language-menu.tsx'
import { useTexts } from '../languages/speaking.tsx'
import { ChangePassword } from '../session/change-password.tsx'
import { useSignOut } from '../session/use-sign-out.ts'

export function UserMenu() {
  const texts = useTexts('shell')
  const { data: session } = useQuery(sessionQuery)
  const [changing, setChanging] = useState(false)
  const leave = useSignOut()
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
            {session?.user?.has_password === false ? texts.choosePassword : texts.changePassword}
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
