import type { Icon } from '@tabler/icons-react'
import type { Account, AccountState } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'
import type { Tone } from '../shared/notice.tsx'
import { FLAG_LOOKS, type Flag, LOOKS } from './state.ts'
import classes from './state-badge.module.css'

/** The state of an account, and beside it what else is true of it, when the state does not say so. */
export function AccountBadges({ account }: { account: Account }) {
  const words = useTexts('flags')
  return (
    <span className={classes.badges}>
      <StateBadge state={account.state} />
      {flagsOf(account).map((flag) => (
        <Badge key={flag} name={flag} {...FLAG_LOOKS[flag]} words={words[flag]} />
      ))}
    </span>
  )
}

export function StateBadge({ state }: { state: AccountState }) {
  const words = useTexts('states')
  return <Badge name={state} {...LOOKS[state]} words={words[state]} />
}

interface BadgeProps {
  name: AccountState | Flag
  tone: Tone
  icon: Icon
  words: string
}

/** A state: colour, icon and words together, so that none of them is needed alone. */
function Badge({ name, tone, icon: Mark, words }: BadgeProps) {
  return (
    <span className={classes.badge} data-tone={tone} data-state={name}>
      <Mark size={16} stroke={1.9} aria-hidden />
      {words}
    </span>
  )
}

function flagsOf({ state, awaiting_consent, expiring_soon, look_up_failed, added_for }: Account): Flag[] {
  return [
    ...(awaiting_consent && state !== 'awaiting_consent' ? (['awaiting_consent'] as const) : []),
    ...(expiring_soon ? (['expiring_soon'] as const) : []),
    ...(look_up_failed ? (['look_up_failed'] as const) : []),
    ...(added_for === undefined ? [] : (['added_for'] as const)),
  ]
}
