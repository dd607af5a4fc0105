import type { Account, AccountState } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'
import { LOOKS } from './state.ts'
import classes from './state-badge.module.css'

/** The state of an account, and beside it that its owner is being asked, when the state does not say so. */
export function AccountBadges({ account: { state, awaiting_consent } }: { account: Account }) {
  return (
    <span className={classes.badges}>
      <StateBadge state={state} />
      {awaiting_consent && state !== 'awaiting_consent' && <StateBadge state="awaiting_consent" />}
    </span>
  )
}

/** A state: colour, icon and words together, so that none of them is needed alone. */
function StateBadge({ state }: { state: AccountState }) {
  const words = useTexts('states')
  const { tone, icon: Mark } = LOOKS[state]
  return (
    <span className={classes.badge} data-tone={tone} data-state={state}>
      <Mark size={16} stroke={1.9} aria-hidden />
      {words[state]}
    </span>
  )
}
