import {
  type Icon,
  IconAlertCircle,
  IconCircleCheck,
  IconCircleDashed,
  IconClockExclamation,
  IconCloudOff,
  IconHourglass,
  IconPlayerPause,
  IconPlugConnectedX,
  IconRefreshDot,
  IconShieldLock,
} from '@tabler/icons-react'
import type { AccountState } from '../api/types.ts'
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
}
