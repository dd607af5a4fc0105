import { Chip, Group, Text, TextInput } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { useState } from 'react'
import { useSearchParams } from 'react-router'
import type { Account } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'
import list from '../shared/row-list.module.css'
import { ACCOUNT_GROUPS, groupFrom, isInGroup } from './account-groups.ts'
import { accountsMatching, inOrder } from './account-order.ts'
import { AccountRow } from './account-row.tsx'

/** From so many accounts on, looking is slower than typing. */
const SEARCH_FROM = 8

export function FoundAccounts({ accounts }: { accounts: readonly Account[] }) {
  const [words, setWords] = useState('')
  const texts = useTexts('accounts')
  const [search, setSearch] = useSearchParams()
  const group = groupFrom(search.get('show'))
  const shown = accounts.filter(({ state }) => isInGroup(state, group))
  const found = inOrder(accountsMatching(shown, words))
  return (
    <>
      {(accounts.length >= SEARCH_FROM || group !== 'all') && (
        <Chip.Group
          value={group}
          onChange={(chosen) => setSearch(chosen === 'all' ? {} : { show: chosen }, { replace: true })}
        >
          <Group gap="xs" role="group" aria-label={texts.show}>
            {ACCOUNT_GROUPS.map((one) => (
              <Chip key={one} value={one} size="sm" variant="outline">
                {texts.groups[one]}
              </Chip>
            ))}
          </Group>
        </Chip.Group>
      )}
      {accounts.length >= SEARCH_FROM && (
        <TextInput
          type="search"
          aria-label={texts.search}
          placeholder={texts.search}
          leftSection={<IconSearch size={17} aria-hidden />}
          value={words}
          onChange={(event) => setWords(event.currentTarget.value)}
        />
      )}
      {found.length > 0 ? (
        <ul className={list.list}>
          {found.map((account) => (
            <AccountRow key={account.id} account={account} />
          ))}
        </ul>
      ) : (
        <Text c="dimmed" role="status">
          {shown.length === 0 ? texts.groupEmpty : texts.nothingFound}
        </Text>
      )}
    </>
  )
}
