import type { Wire } from '../wire/wire.ts'
import { COMMANDS, isItsOwn } from './commands.ts'
import type { Follower } from './follower.ts'
import { takeOver } from './imap-takeover.ts'
import { ImapTracker } from './imap-tracker.ts'

/** An IMAP session: it can be moved while no command is under way, or nothing but IDLE. */
export class ImapFollower extends ImapTracker implements Follower {
  readonly farewell = 'EVERGRANT LOGOUT'

  #refusals = ''

  passes(head: string): boolean | undefined {
    if (this.idles) return /^DONE\r?\n/i.test(head) || (/^(?:D|DO|DON|DONE\r?)?$/i.test(head) ? undefined : false)
    const name = /^[^\s+(){%*"\\]{1,200} ([a-z0-9]{1,30})(?: |\r?\n)/i.exec(head)?.[1]
    if (name !== undefined) return COMMANDS.imap.has(name.toUpperCase())
    return /^[^\s+(){%*"\\]{0,200}(?:\r| [a-z0-9]{0,30}\r?)?$/i.test(head) ? undefined : false
  }

  refuse(line: string): void {
    const [, tag = '*', name = ''] = /^\s*([^\s+(){%*"\\]{1,200})\s+([A-Z]+)/i.exec(line) ?? []
    // Compressed, nobody could see what passes.
    const never = name.toUpperCase() === 'COMPRESS'
    const known = COMMANDS.imap.has(name.toUpperCase()) ? 'not here' : 'unknown command'
    const why = never ? 'not offered here' : isItsOwn(name) ? 'you are logged in' : known
    this.#refusals += `${tag} BAD ${why}\r\n`
  }

  ask(): void {
    this.#refusals += '+ go on\r\n'
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
}
