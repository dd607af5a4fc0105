import { ActionIcon, Text, Tooltip } from '@mantine/core'
import { IconKey, IconTrash } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { deleteApiKey } from '../api/api-keys.ts'
import { programsQuery, withdrawProgram } from '../api/programs.ts'
import type { Account, Program } from '../api/types.ts'
import { KeyReach } from '../keys/key-reach.tsx'
import keyRow from '../keys/key-row.module.css'
import { useTexts } from '../languages/speaking.tsx'
import { useIsAdmin } from '../session/user.ts'
import { ConfirmDialog } from '../shared/confirm-dialog.tsx'
import { useNow } from '../shared/now.ts'
import list from '../shared/row-list.module.css'
import { When } from '../shared/when.tsx'
import { accountAddress } from './account-label.ts'
import classes from './program-row.module.css'

export function ProgramRow({ program, account }: { program: Program; account: Account }) {
  const texts = useTexts('accounts')
  const words = useTexts('keys')
  const shared = useTexts('shared')
  const now = useNow()
  const isAdmin = useIsAdmin()
  const [asking, setAsking] = useState(false)
  const { last_use: used, expires_at: end, scopes, made_by: maker, all_accounts: forAll } = program
  return (
    <li className={list.row}>
      <span className={keyRow.mark} aria-hidden>
        <IconKey size={19} stroke={1.7} />
      </span>
      <span className={`${list.main} ${classes.words}`}>
        <span className={classes.name}>{program.name}</span>
        <span className={classes.note}>
          <code>{program.hint}…</code> · <KeyReach all={forAll} count={program.accounts} />
          {maker && ` · ${words.madeBy({ name: maker.name })}`}
        </span>
        <span className={classes.note}>{scopes ? `${words.onlyScopes}: ${scopes.join(' ')}` : texts.allScopes}</span>
        {program.opens_mailbox && <span className={classes.note}>{texts.opensMailbox}</span>}
      </span>
      <span className={classes.facts}>
        <span>
          {words.lastUse}: {used ? <When at={used.at} past /> : shared.never}
        </span>
        {used && <span>{texts.usedFrom[used.via]({ source: used.source })}</span>}
        <span>
          {end === undefined ? (
            words.noExpiry
          ) : (
            <>
              {end > now ? words.expires : words.expired} <When at={end} />
            </>
          )}
        </span>
      </span>
      {forAll && !isAdmin ? (
        // In the place of the button, so that the rows stay in line.
        <span className={classes.gap} />
      ) : (
        <Tooltip label={forAll ? words.delete : texts.withdraw}>
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            aria-label={forAll ? words.deleteOne({ name: program.name }) : texts.withdrawOne({ name: program.name })}
            onClick={() => setAsking(true)}
          >
            <IconTrash size={18} />
          </ActionIcon>
        </Tooltip>
      )}
      <Withdraw program={program} account={account} open={asking} onClose={() => setAsking(false)} />
    </li>
  )
}

interface WithdrawProps {
  program: Program
  account: Account
  open: boolean
  onClose: () => void
}

/** Takes this account away from the program; a key for all accounts can only be deleted. */
function Withdraw({ program: { id, name, all_accounts: forAll, accounts }, account, open, onClose }: WithdrawProps) {
  const texts = useTexts('accounts')
  const words = useTexts('keys')
  const client = useQueryClient()
  const withdraw = useMutation({
    mutationFn: () => (forAll ? deleteApiKey(id) : withdrawProgram(account.id, id)),
    onSuccess: async () => {
      onClose()
      await client.invalidateQueries({ queryKey: programsQuery(account.id).queryKey })
    },
  })
  const address = accountAddress(account)
  const textOfRest = (count: number) => (count > 0 ? texts.withdrawOthers({ count }) : texts.withdrawLast)
  return (
    <ConfirmDialog
      open={open}
      title={forAll ? words.deleteTitle({ name }) : texts.withdrawTitle({ name, account: address })}
      action={forAll ? words.delete : texts.withdraw}
      busy={withdraw.isPending}
      error={withdraw.error}
      onConfirm={() => withdraw.mutate()}
      onClose={onClose}
    >
      <Text size="sm">
        {forAll ? texts.withdrawAll : accounts === undefined ? texts.withdrawUnknown : textOfRest(accounts - 1)}
      </Text>
    </ConfirmDialog>
  )
}
