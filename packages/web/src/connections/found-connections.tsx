import { Button, Text, TextInput } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { useState } from 'react'
import type { Connection } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'
import list from '../shared/row-list.module.css'
import { ConnectionRow } from './connection-row.tsx'
import { connectionsMatching } from './connection-search.ts'

/** From so many connections on, looking is slower than typing. */
const SEARCH_FROM = 8
/** Rows that are shown at once. */
const MOST = 50

export function FoundConnections({ connections }: { connections: readonly Connection[] }) {
  const texts = useTexts('connections')
  const [words, setWords] = useState('')
  const [shown, setShown] = useState(MOST)
  const found = connectionsMatching(connections, words)
  const rest = found.length - shown
  return (
    <>
      {connections.length >= SEARCH_FROM && (
        <TextInput
          type="search"
          aria-label={texts.search}
          placeholder={texts.search}
          leftSection={<IconSearch size={17} aria-hidden />}
          value={words}
          onChange={(event) => {
            setWords(event.currentTarget.value)
            setShown(MOST)
          }}
        />
      )}
      {found.length > 0 ? (
        <ul className={list.list}>
          {found.slice(0, shown).map((connection) => (
            <ConnectionRow key={connection.id} connection={connection} />
          ))}
        </ul>
      ) : (
        <Text c="dimmed" role="status">
          {texts.nothingFound}
        </Text>
      )}
      {rest > 0 && (
        <div>
          <Button variant="default" onClick={() => setShown(shown + MOST)}>
            {texts.showMore({ count: Math.min(rest, MOST) })}
          </Button>
        </div>
      )}
    </>
  )
}
