import { Button } from '@mantine/core'
import { IconUserPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { usersQuery } from '../api/users.ts'
import { useTexts } from '../languages/speaking.tsx'
import { LoadingRows } from '../shared/loading-rows.tsx'
import { Page } from '../shared/page.tsx'
import { ProblemAlert } from '../shared/problem-alert.tsx'
import list from '../shared/row-list.module.css'
import { InvitePerson } from './invite-person.tsx'
import { PersonRow } from './person-row.tsx'

/** Who may sign in here. */
export function PeoplePage() {
  const texts = useTexts('people')
  const users = useQuery(usersQuery)
  const [inviting, setInviting] = useState(false)
  return (
    <Page
      title={texts.title}
      description={texts.lead}
      action={
        <Button leftSection={<IconUserPlus size={18} aria-hidden />} onClick={() => setInviting(true)}>
          {texts.invite}
        </Button>
      }
    >
      {users.data ? (
        <ul className={list.list}>
          {users.data.map((user) => (
            <PersonRow key={user.id} person={user} />
          ))}
        </ul>
      ) : users.isError ? (
        <ProblemAlert error={users.error} retry={() => void users.refetch()} />
      ) : (
        <LoadingRows count={2} />
      )}
      <InvitePerson open={inviting} onClose={() => setInviting(false)} />
    </Page>
  )
}
