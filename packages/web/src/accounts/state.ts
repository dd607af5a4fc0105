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
  readonly words: string
  readonly tone: Tone
  readonly icon: Icon
}

export const LOOKS: Readonly<Record<AccountState, Look>> = {
  new: { words: 'Not connected yet', tone: 'quiet', icon: IconCircleDashed },
  awaiting_consent: { words: 'Waiting for consent', tone: 'wait', icon: IconHourglass },
  checking: { words: 'Checking', tone: 'wait', icon: IconRefreshDot },
  ok: { words: 'Working', tone: 'good', icon: IconCircleCheck },
  delayed: { words: 'Slow provider, still working', tone: 'warn', icon: IconClockExclamation },
  degraded: { words: 'Temporarily unavailable', tone: 'warn', icon: IconCloudOff },
  needs_consent: { words: 'Please reconnect', tone: 'bad', icon: IconPlugConnectedX },
  blocked_by_admin: { words: 'Ask your administrator', tone: 'bad', icon: IconShieldLock },
  connection_error: {
    words: 'Connection settings need attention',
    tone: 'bad',
    icon: IconAlertCircle,
  },
  paused: { words: 'Paused', tone: 'quiet', icon: IconPlayerPause },
}
