import type { AccountState } from '../api/types.ts'
import { LOOKS } from './state.ts'
import classes from './state-badge.module.css'

/** The state of an account: colour, icon and words together, so that none of them is needed alone. */
export function StateBadge({ state }: { state: AccountState }) {
  const { words, tone, icon: Mark } = LOOKS[state]
  return (
    <span className={classes.badge} data-tone={tone} data-state={state}>
      <Mark size={16} stroke={1.9} aria-hidden />
      {words}
    </span>
  )
}
