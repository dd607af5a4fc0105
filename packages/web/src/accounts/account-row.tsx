import { Link } from 'react-router'
import type { Account } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'
import list from '../shared/row-list.module.css'
import { WhenOr } from '../shared/when.tsx'
import { AccountAvatar } from './account-avatar.tsx'
import { accountAddress } from './account-label.ts'
import { plannedRefresh } from './account-order.ts'
import classes from './account-row.module.css'
import { AccountBadges } from './state-badge.tsx'

export function AccountRow({ account }: { account: Account }) {
  const shared = useTexts('shared')
  const texts = useTexts('accounts')
  const address = accountAddress(account)
  const notes = [account.name === address ? undefined : account.name, account.connection.name]
  return (
    <li>
      <Link to={`/accounts/${account.id}`} className={list.row}>
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
            {texts.nextRefresh}: <WhenOr at={plannedRefresh(account)} otherwise={texts.noRefresh} />
          </span>
        </span>
        <span className={classes.state}>
          <AccountBadges account={account} />
        </span>
      </Link>
    </li>
  )
}
