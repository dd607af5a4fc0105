import type { Account, AccountState, ConsentOutcome } from '../api/types.ts'

/** What a person sees when they say yes in a window of this browser. */
export const CONNECT_STEPS = ['consent', 'checking', 'access', 'done'] as const
/** And on another device: nobody gets access before it is confirmed here who that was. */
export const ELSEWHERE_STEPS = ['consent', 'checking', 'access', 'confirm', 'done'] as const
export type ConnectStep = (typeof ELSEWHERE_STEPS)[number]
export type ConnectProgress = ConnectStep | 'failed'

/** What is known about a running connection beside the account itself. */
export interface Observed {
  /** The account as it was when it began. */
  readonly before: Account
  /** The server has said since then that it waits for consent. */
  readonly waited: boolean
  /** What the callback page said. */
  readonly told: ConsentOutcome | undefined
}

/**
 * How far a connection has come, by what the server says about the account.
 *
 * An account that works goes on working while its owner is asked again, so there its state tells nothing:
 * a new grant without a renewal does, or the callback page's word.
 */
export function connectProgress({ before, waited, told }: Observed, now: Account): ConnectProgress {
  const granted = now.version !== before.version && now.refreshes === before.refreshes
  if (now.unconfirmed && now.reason === 'unconfirmed') {
    // One that waits already is connected once more: only a new grant tells that it has come so far again.
    return before.unconfirmed && !granted ? 'consent' : 'confirm'
  }
  if (now.state === 'checking') return 'access'
  // Told by the server, so that it is known here whatever became of the window.
  const refused = now.consent_failed !== undefined && now.consent_failed.at !== before.consent_failed?.at
  if (refused && told !== 'connected' && !now.awaiting_consent) return 'failed'
  if (now.state === 'new' || now.state === 'awaiting_consent') return told === 'failed' ? 'failed' : 'consent'
  if (works(now)) {
    if (!works(before) || granted || told === 'connected') return 'done'
    return told === 'failed' ? 'failed' : 'consent'
  }
  if (now.awaiting_consent && told !== 'failed') return 'consent'
  return waited || told === 'failed' || now.state !== before.state ? 'failed' : 'consent'
}

/** Whether it goes on without anybody doing something here. */
export const isUnderWay = (progress: ConnectProgress | undefined): boolean =>
  progress !== undefined && progress !== 'done' && progress !== 'failed'

const WORKING: ReadonlySet<AccountState> = new Set(['ok', 'delayed', 'degraded'])
const works = ({ state }: Account): boolean => WORKING.has(state)
