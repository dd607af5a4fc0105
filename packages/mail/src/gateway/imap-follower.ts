import type { Wire } from '../wire/wire.ts'
import type { Follower } from './follower.ts'
import { takeOver } from './imap-takeover.ts'
import { ImapTracker } from './imap-tracker.ts'

/** An IMAP session: it can be moved while no command is under way, or nothing but IDLE. */
export class ImapFollower extends ImapTracker implements Follower {
  readonly farewell = 'EVERGRANT LOGOUT'

  takeOver(before: Wire | undefined, next: Wire): Promise<string> {
    return takeOver(this, before, next)
  }

  /** RFC 3501 §7.1.5. */
  bye(why: string): string {
    return `* BYE [UNAVAILABLE] ${why}, connect again`
  }
}
