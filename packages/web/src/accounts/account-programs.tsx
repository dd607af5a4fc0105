import { Button, Skeleton, Text } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { programsQuery } from '../api/programs.ts'
import type { Account } from '../api/types.ts'
import { CreateKey } from '../keys/create-key.tsx'
import { useTexts } from '../languages/speaking.tsx'
import { Panel } from '../shared/panel.tsx'
import { ProblemAlert } from '../shared/problem-alert.tsx'
import list from '../shared/row-list.module.css'
import { AccountUse } from './account-use.tsx'
import { ProgramRow } from './program-row.tsx'

/** Looked at again while the tab is open: programs come and go. */
const AGAIN_AFTER = 15_000

/** Which programs may use the account, when they did, and what a new one needs. */
export function AccountPrograms({ account }: { account: Account }) {
  const texts = useTexts('accounts')
  const client = useQueryClient()
  const programs = useQuery({ ...programsQuery(account.id), refetchInterval: AGAIN_AFTER })
  const [adding, setAdding] = useState(false)
  return (
    <>
      <Panel
        title={texts.programs}
        description={texts.programsLead}
        aside={
          <Button variant="default" leftSection={<IconPlus size={17} aria-hidden />} onClick={() => setAdding(true)}>
            {texts.addProgram}
          </Button>
        }
      >
        {programs.data ? (
          programs.data.length > 0 ? (
            <ul className={list.list}>
              {programs.data.map((program) => (
                <ProgramRow key={program.id} program={program} account={account} />
              ))}
            </ul>
          ) : (
            <Text c="dimmed">{texts.noPrograms}</Text>
          )
        ) : programs.isError ? (
          <ProblemAlert error={programs.error} retry={() => void programs.refetch()} />
        ) : (
          <Skeleton height={84} radius="lg" />
        )}
      </Panel>
      <AccountUse account={account} />
      <CreateKey
        open={adding}
        account={account}
        onClose={() => {
          setAdding(false)
          void client.invalidateQueries({ queryKey: programsQuery(account.id).queryKey })
        }}
      />
    </>
  )
}
