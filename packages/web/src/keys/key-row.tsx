import { ActionIcon, Text, Tooltip } from '@mantine/core'
import { IconKey, IconTrash } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { apiKeysQuery, deleteApiKey } from '../api/api-keys.ts'
import type { ApiKey } from '../api/types.ts'
import { usersQuery } from '../api/users.ts'
import { useTexts } from '../languages/speaking.tsx'
import { useIsAdmin, useUser } from '../session/user.ts'
import { ConfirmDialog } from '../shared/confirm-dialog.tsx'
import { useNow } from '../shared/now.ts'
import list from '../shared/row-list.module.css'
import { When, WhenOr } from '../shared/when.tsx'
import { KeyReach } from './key-reach.tsx'
import classes from './key-row.module.css'

export function KeyRow({ apiKey }: { apiKey: ApiKey }) {
  const shared = useTexts('shared')
  const texts = useTexts('keys')
  const client = useQueryClient()
  const now = useNow()
  const [asking, setAsking] = useState(false)
  const remove = useMutation({
    mutationFn: () => deleteApiKey(apiKey.id),
    onSuccess: () => client.invalidateQueries({ queryKey: apiKeysQuery.queryKey }),
  })
  const { accounts, account_count: count, scopes, owner, expires_at: end, last_used_at: used } = apiKey
  const user = useUser()
  const isAdmin = useIsAdmin()
  const { data: users } = useQuery({ ...usersQuery, enabled: isAdmin && owner !== user?.id })
  const maker = owner === user?.id ? undefined : users?.find(({ id }) => id === owner)?.name
  return (
    <li className={list.row}>
      <span className={classes.mark} aria-hidden>
        <IconKey size={19} stroke={1.7} />
      </span>
      <span className={list.main}>
        <span className={classes.name}>{apiKey.name}</span>
        <span className={classes.note}>
          <code>{apiKey.hint}…</code> · <KeyReach all={accounts === null} count={count} />
          {maker && ` · ${texts.madeBy({ name: maker })}`}
        </span>
        {scopes && (
          <span className={classes.note} title={scopes.join(' ')}>
            {texts.onlyScopes}: <code>{scopes.join(' ')}</code>
          </span>
        )}
      </span>
      <span className={classes.facts}>
        <span>
          {texts.lastUse}: <WhenOr at={used} past otherwise={shared.never} />
        </span>
        <span>
          {end === undefined ? (
            texts.noExpiry
          ) : (
            <>
              {end > now ? texts.expires : texts.expired} <When at={end} />
            </>
          )}
        </span>
      </span>
      <Tooltip label={texts.delete}>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          aria-label={texts.deleteOne({ name: apiKey.name })}
          onClick={() => setAsking(true)}
        >
          <IconTrash size={18} />
        </ActionIcon>
      </Tooltip>
      <ConfirmDialog
        open={asking}
        title={texts.deleteTitle({ name: apiKey.name })}
        action={texts.delete}
        busy={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.mutate()}
        onClose={() => setAsking(false)}
      >
        <Text size="sm">{texts.deleteText}</Text>
      </ConfirmDialog>
    </li>
  )
}
