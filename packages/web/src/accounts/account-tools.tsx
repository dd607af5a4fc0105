import { Button, Chip, Group, NativeSelect, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { IconDownload, IconSearch } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { exportAddress } from '../api/accounts.ts'
import { connectionsQuery } from '../api/connections.ts'
import type { AccountCounts } from '../api/types.ts'
import { useLanguage } from '../languages/speaking.tsx'
import { ACCOUNT_GROUPS, groupCounts, SHOWN_FLAGS, shownFrom } from './account-groups.ts'
import classes from './account-tools.module.css'
import { ACCOUNT_SORTS, type AccountSearch, sortFrom } from './use-account-search.ts'

/** Milliseconds after the last letter until the server is asked. */
const PAUSE = 250

interface Props {
  search: AccountSearch
  /** Of those that words and connection leave. */
  counts: AccountCounts | undefined
}

/** What finds accounts: counts that filter, words, connection, order; and the table of what was found. */
export function AccountTools({ search, counts }: Props) {
  const { texts } = useLanguage()
  const words = texts.accounts
  const connections = useQuery(connectionsQuery).data ?? []
  const [typed, setTyped] = useState(search.words)
  const look = useDebouncedCallback((text: string) => search.look({ words: text }), PAUSE)
  return (
    <div className={classes.tools}>
      <Shown search={search} counts={counts} />
      <div className={classes.fields}>
        <TextInput
          className={classes.search}
          type="search"
          aria-label={words.search}
          placeholder={words.search}
          leftSection={<IconSearch size={17} aria-hidden />}
          value={typed}
          onChange={(event) => {
            setTyped(event.currentTarget.value)
            look(event.currentTarget.value)
          }}
        />
        {connections.length > 1 && (
          <NativeSelect
            aria-label={words.connection}
            value={search.connection ?? ''}
            onChange={(event) => search.look({ connection: event.currentTarget.value })}
            data={[
              { value: '', label: words.anyConnection },
              ...connections.map(({ id, name }) => ({ value: id, label: name })),
            ]}
          />
        )}
        <NativeSelect
          aria-label={words.order}
          value={search.sort}
          onChange={(event) => search.look({ sort: sortFrom(event.currentTarget.value) })}
          data={ACCOUNT_SORTS.map((sort) => ({ value: sort, label: words.sorts[sort] }))}
        />
        <Button
          component="a"
          variant="default"
          href={exportAddress(search.filter, search.sort)}
          download
          leftSection={<IconDownload size={17} aria-hidden />}
        >
          {words.export}
        </Button>
      </div>
    </div>
  )
}

function Shown({ search, counts }: Props) {
  const { tag, texts } = useLanguage()
  const numbers = new Intl.NumberFormat(tag)
  const groups = counts && groupCounts(counts.states)
  const flags = SHOWN_FLAGS.filter((flag) => search.shown === flag || (counts?.flags[flag] ?? 0) > 0)
  const label = (name: string, count: number | undefined) =>
    count === undefined ? name : `${name} ${numbers.format(count)}`
  return (
    <Chip.Group value={search.shown} onChange={(chosen) => search.look({ shown: shownFrom(chosen) })}>
      <Group gap="xs" role="group" aria-label={texts.accounts.show}>
        {ACCOUNT_GROUPS.map((group) => (
          <Chip key={group} value={group} size="sm" variant="outline">
            {label(texts.accounts.groups[group], groups?.[group])}
          </Chip>
        ))}
        {flags.map((flag) => (
          <Chip key={flag} value={flag} size="sm" variant="outline">
            {label(texts.flags[flag], counts?.flags[flag])}
          </Chip>
        ))}
      </Group>
    </Chip.Group>
  )
}
