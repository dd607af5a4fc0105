import { Checkbox } from '@mantine/core'
import { Link } from 'react-router'
import type { Account } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'
import { useUser } from '../session/user.ts'
import list from '../shared/row-list.module.css'
import { WhenOr } from '../shared/when.tsx'
import { AccountAvatar } from './account-avatar.tsx'
import { accountAddress } from './account-label.ts'
import classes from './account-row.module.css'
import { plannedRefresh } from './planned-refresh.ts'
import { AccountBadges } from './state-badge.tsx'
import type { Selection } from './use-selection.ts'

interface Props {
  account: Account
  /** Undefined: rows are not chosen. */
  selection: Selection | undefined
}

export function AccountRow({ account, selection }: Props) {
  const shared = useTexts('shared')
  const texts = useTexts('accounts')
  const user = useUser()
  const address = accountAddress(account)
  const { owner, connection } = account
  const notes = [
    account.name === address ? undefined : account.name,
    connection.name,
    // Whose it is goes without saying where it is one's own.
    owner && owner.id !== user?.id ? texts.ownedBy({ owner: owner.name }) : undefined,
  ]
  return (
    <li className={classes.item} data-chosen={selection?.chosen.has(account.id) || undefined}>
      {selection && (
        <Checkbox
          className={classes.choose}
          size="sm"
          aria-label={texts.select({ account: address })}
          checked={selection.chosen.has(account.id)}
          onChange={(event) => selection.choose([account], event.currentTarget.checked)}
        />
      )}
      <Link to={`/accounts/${account.id}`} className={`${list.row} ${classes.link}`}>
        <AccountAvatar name={address} />
        <span className={list.main}>
          <span className={classes.name}>{address}</span>
          <span className={classes.note}>{notes.filter(Boolean).join(' · ')}</span>
        </span>
        <span className={classes.facts}>
          <span>
            {texts.lastSuccess}: <WhenOr at={account.last_success_at} past otherwise={shared.never} />
          </span>
          <span>
            {texts.nextRefresh}: <WhenOr at={plannedRefresh(account)} planned otherwise={texts.noRefresh} />
          </span>
        </span>
        <span className={classes.state}>
          <AccountBadges account={account} />
        </span>
      </Link>
    </li>
  )
}
