import {
  type Icon,
  IconAlertCircle,
  IconCalendarExclamation,
  IconCircleCheck,
  IconCircleDashed,
  IconClockExclamation,
  IconCloudOff,
  IconHourglass,
  IconListSearch,
  IconPlayerPause,
  IconPlugConnectedX,
  IconRefreshDot,
  IconShieldLock,
  IconTrash,
  IconUserQuestion,
} from '@tabler/icons-react'
import type { AccountFlag, AccountState } from '../api/types.ts'
import type { Tone } from '../shared/notice.tsx'

interface Look {
  readonly tone: Tone
  readonly icon: Icon
}

/** How a state looks; its words are in the catalogue of texts. */
export const LOOKS: Readonly<Record<AccountState, Look>> = {
  new: { tone: 'quiet', icon: IconCircleDashed },
  awaiting_consent: { tone: 'wait', icon: IconHourglass },
  checking: { tone: 'wait', icon: IconRefreshDot },
  ok: { tone: 'good', icon: IconCircleCheck },
  delayed: { tone: 'warn', icon: IconClockExclamation },
  degraded: { tone: 'warn', icon: IconCloudOff },
  needs_consent: { tone: 'bad', icon: IconPlugConnectedX },
  blocked_by_admin: { tone: 'bad', icon: IconShieldLock },
  connection_error: { tone: 'bad', icon: IconAlertCircle },
  paused: { tone: 'quiet', icon: IconPlayerPause },
  removed: { tone: 'quiet', icon: IconTrash },
}

/** What is true of an account beside its state; last, that somebody else signed in than it was added for. */
export type Flag = AccountFlag | 'added_for'

/** How it looks. */
export const FLAG_LOOKS: Readonly<Record<Flag, Look>> = {
  awaiting_consent: LOOKS.awaiting_consent,
  expiring_soon: { tone: 'warn', icon: IconCalendarExclamation },
  look_up_failed: { tone: 'warn', icon: IconListSearch },
  added_for: { tone: 'warn', icon: IconUserQuestion },
}
