import type { Wire } from '../wire/wire.ts'
import type { Follower } from './follower.ts'
import { takeOver } from './imap-takeover.ts'
import { ImapTracker } from './imap-tracker.ts'

/** An IMAP session: it can be moved while no command is under way, or nothing but IDLE. */
export class ImapFollower extends ImapTracker implements Follower {
  readonly farewell = 'EVERGRANT LOGOUT'

  readonly verb: RegExp = /^\s*\S+\s+(\S+)\s/
  /** COMPRESS is not offered: nobody could see what is in it. */
  readonly shut: RegExp = /^(?:LOGIN|AUTHENTICATE|STARTTLS|COMPRESS)$/i
  #refusals = ''

  refuse(line: string): void {
    const [, tag = '*', name = ''] = /^\s*([^\s+(){%*"\\]+)\s+([A-Z]+)/i.exec(line) ?? []
    this.#refusals += `${tag} BAD ${name.toUpperCase() === 'COMPRESS' ? 'not offered here' : 'you are logged in'}\r\n`
  }

  get edits(): boolean {
    return this.#refusals !== ''
  }

  due(): string {
    if (!this.serverBetweenLines) return ''
    const due = this.#refusals
    this.#refusals = ''
    return due
  }

  edited(line: Buffer): Buffer {
    return line
  }

  takeOver(before: Wire | undefined, next: Wire): Promise<string> {
    return takeOver(this, before, next)
  }

  /** RFC 3501 §7.1.5. */
  bye(why: string): string {
    return `* BYE [UNAVAILABLE] ${why}, connect again`
  }
}
