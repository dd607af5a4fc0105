import { Text, TextInput } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { useState } from 'react'
import type { Account } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'
import list from '../shared/row-list.module.css'
import { accountsMatching, inOrder } from './account-order.ts'
import { AccountRow } from './account-row.tsx'

/** From so many accounts on, looking is slower than typing. */
const SEARCH_FROM = 8

export function FoundAccounts({ accounts }: { accounts: readonly Account[] }) {
  const texts = useTexts('accounts')
  const [words, setWords] = useState('')
  const found = inOrder(accountsMatching(accounts, words))
  return (
    <>
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
          {texts.nothingFound}
        </Text>
      )}
    </>
  )
}
