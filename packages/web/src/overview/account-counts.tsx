import { Link } from 'react-router'
import { ACCOUNT_GROUPS, groupCounts } from '../accounts/account-groups.ts'
import type { Overview } from '../api/types.ts'
import { useLanguage } from '../languages/speaking.tsx'
import classes from './overview.module.css'

const TONES = { all: 'quiet', working: 'good', attention: 'bad', waiting: 'wait', paused: 'quiet' } as const

/** How many accounts there are of each kind; each leads to those. */
export function AccountCounts({ states }: { states: Overview['accounts']['states'] }) {
  const { tag, texts } = useLanguage()
  const counts = groupCounts(states)
  const numbers = new Intl.NumberFormat(tag)
  return (
    <ul className={classes.counts}>
      {ACCOUNT_GROUPS.map((group) => (
        <li key={group}>
          <Link
            to={group === 'all' ? '/accounts' : `/accounts?show=${group}`}
            className={classes.count}
            data-tone={counts[group] === 0 ? 'quiet' : TONES[group]}
          >
            <span className={classes.number}>{numbers.format(counts[group])}</span>
            <span className={classes.what}>{texts.accounts.groups[group]}</span>
          </Link>
        </li>
      ))}
    </ul>
  )
}
