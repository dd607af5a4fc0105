import { ActionIcon, Badge, Menu } from '@mantine/core'
import { IconDots, IconLink, IconPencil, IconTrash } from '@tabler/icons-react'
import { useState } from 'react'
import { AccountAvatar } from '../accounts/account-avatar.tsx'
import type { User } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'
import { useUser } from '../session/user.ts'
import list from '../shared/row-list.module.css'
import { WhenOr } from '../shared/when.tsx'
import { ChangePerson } from './change-person.tsx'
import { NewLink } from './new-link.tsx'
import classes from './person-row.module.css'
import { RemovePerson } from './remove-person.tsx'

type Task = 'change' | 'link' | 'remove'

export function PersonRow({ person }: { person: User }) {
  const shared = useTexts('shared')
  const texts = useTexts('people')
  const roles = useTexts('roles')
  const user = useUser()
  const [task, setTask] = useState<Task>()
  const done = () => setTask(undefined)
  return (
    <li className={list.row}>
      <AccountAvatar name={person.name} />
      <span className={list.main}>
        <span className={classes.name}>
          {person.name}
          {person.id === user?.id && <span className={classes.quiet}> {texts.you}</span>}
        </span>
        {person.email !== undefined && person.email !== person.name && (
          <span className={classes.note}>{person.email}</span>
        )}
        <span className={classes.badges}>
          <Badge variant="default" tt="none">
            {roles[person.role]}
          </Badge>
          {person.invited && (
            <Badge variant="outline" color="gray" c="dimmed" tt="none">
              {texts.invited}
            </Badge>
          )}
        </span>
      </span>
      <span className={classes.facts}>
        <span>{texts.accounts({ count: person.accounts })}</span>
        <span>
          {texts.lastSeen}: <WhenOr at={person.last_seen_at} past otherwise={shared.never} />
        </span>
      </span>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" size="lg" aria-label={texts.actions({ name: person.name })}>
            <IconDots size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconPencil size={16} />} onClick={() => setTask('change')}>
            {texts.change}
          </Menu.Item>
          {person.id === user?.id ? (
            <Menu.Label maw={240}>{texts.noOwnLink}</Menu.Label>
          ) : (
            <Menu.Item leftSection={<IconLink size={16} />} onClick={() => setTask('link')}>
              {texts.newLink}
            </Menu.Item>
          )}
          <Menu.Item leftSection={<IconTrash size={16} />} onClick={() => setTask('remove')}>
            {texts.remove}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <ChangePerson person={person} open={task === 'change'} onClose={done} />
      <NewLink person={person} open={task === 'link'} onClose={done} />
      <RemovePerson person={person} open={task === 'remove'} onClose={done} />
    </li>
  )
}
