import { OAuthError } from '@evergrant/core'
import { Unframed } from '../wire/wire.ts'
import { beginsCommand, COMMANDS, isItsOwn } from './commands.ts'
import { type Follower, Unsafe } from './follower.ts'

/** How much of a line is looked at. */
const HEAD = 100
/** Of what an answer to EHLO offers, what is for the gateway alone. */
const HIDDEN = /^\d{3}[ -](?:AUTH|STARTTLS)\b/i
const END = Buffer.from('\r\n.\r\n')

/** A command whose answer is still to come; `refusal` is the gateway's, for one that the server does not hear. */
interface Running {
  readonly name: string
  readonly refusal?: string
}

/**
 * An SMTP session after its login (RFC 5321): it can be moved between two mails, where the server knows nothing but the name that
 * the program gave itself. AUTH may be said once in a session (RFC 4954 §4), so a newer token needs another connection.
 */
export class SmtpFollower implements Follower {
  readonly farewell = 'QUIT'
  /** Each line is looked at before it passes: one that is no reply of SMTP never does. */
  readonly edits = true
  leaving = false
  broken: Error | undefined
  /** In their order (RFC 2920). A dot is the end of a mail. */
  readonly #running: Running[] = []
  #line = ''
  /** The answer to EHLO, until it is whole. */
  #offers: string[] = []
  #reply = ''
  #between = true
  /** Octets of a chunk of the mail that are still to come (RFC 3030). */
  #chunk = 0
  /** How much of the mail's end has been seen; undefined while no mail is under way. */
  #ending: number | undefined
  /** A mail has been begun, and is neither taken nor taken back. */
  #mail = false

  get resumable(): boolean {
    return this.broken === undefined && !this.leaving
  }

  get serverBetweenLines(): boolean {
    // Of an answer to EHLO the program has nothing before all of it is there.
    return (this.#between || this.#offers.length > 0) && this.#reply === ''
  }

  get quiet(): boolean {
    return this.endable
  }

  get endable(): boolean {
    const idle = this.#running.length === 0 && !this.#mail && this.#ending === undefined && this.#chunk === 0
    return this.resumable && idle && this.#line === '' && this.serverBetweenLines
  }

  fromProgram(chunk: Buffer): void {
    for (let at = 0; at < chunk.length; ) at = this.take(chunk, at)
  }

  take(chunk: Buffer, at: number): number {
    if (this.#chunk > 0) {
      const passed = Math.min(this.#chunk, chunk.length - at)
      this.#chunk -= passed
      return at + passed
    }
    if (this.#ending !== undefined) return this.#inMail(chunk, at)
    const end = chunk.indexOf(10, at)
    const stop = end < 0 ? chunk.length : end
    this.#line += chunk.toString('latin1', at, Math.min(stop, at + HEAD - Math.min(HEAD, this.#line.length)))
    if (end < 0) return chunk.length
    this.#command(this.#line.replace(/\r$/, ''))
    this.#line = ''
    return end + 1
  }

  get coming(): 'command' | 'answer' | 'other' {
    if (this.#chunk > 0 || this.#ending !== undefined || this.#line !== '') return 'other'
    // After DATA what comes is a mail or a command by the server's answer alone.
    return this.#running.at(-1)?.name === 'DATA' ? 'answer' : 'command'
  }

  passes(head: string): boolean | undefined {
    return beginsCommand(head, COMMANDS.smtp)
  }

  refuse(line: string): void {
    const name = /^\w*/.exec(line)?.[0] ?? ''
    // RFC 4954 §4, RFC 5321 §4.2.4.
    this.#running.push({ name, refusal: isItsOwn(name) ? '503 5.5.1 you are logged in' : '500 5.5.2 unknown command' })
  }

  due(): string {
    let due = ''
    for (let next = this.#running[0]; next?.refusal !== undefined; next = this.#running[0]) {
      due += `${next.refusal}\r\n`
      this.#running.shift()
    }
    return due
  }

  edited(line: Buffer): Buffer {
    if (this.#running[0]?.name !== 'EHLO') return line
    this.#offers.push(line.toString('latin1'))
    if (/^\d{3}-/.test(this.#offers.at(-1) ?? '')) return Buffer.alloc(0)
    // The first line is the server's name, whatever that is.
    const offers = this.#offers.filter((offer, at) => at === 0 || !HIDDEN.test(offer))
    this.#offers = []
    const last = offers.length - 1
    return Buffer.from(
      offers.map((offer, at) => offer.replace(/^(\d{3})[ -]/, `$1${at < last ? '-' : ' '}`)).join(''),
      'latin1',
    )
  }

  fromServer(chunk: Buffer): number {
    for (let at = 0; at < chunk.length; ) {
      const end = chunk.indexOf(10, at)
      const stop = end < 0 ? chunk.length : end
      this.#reply += chunk.toString('latin1', at, Math.min(stop, at + HEAD - Math.min(HEAD, this.#reply.length)))
      if (end < 0) return chunk.length
      const [, code, more] = /^([2-5]\d\d)(?:([ -])|\r?$)/.exec(this.#reply) ?? []
      this.#reply = ''
      if (code === undefined) {
        this.broken = new OAuthError('MAIL_ANSWER_INVALID', 'The mail server gave an answer that is no reply of SMTP.')
        return at
      }
      at = end + 1
      this.#between = more !== '-'
      if (this.#between) this.#answered(Number(code))
    }
    return chunk.length
  }

  /** Nothing is to be taken along: the other connection has said who it is by itself. */
  async takeOver(): Promise<string> {
    if (!this.quiet) throw new Unsafe('a mail is under way')
    return ''
  }

  #command(line: string): void {
    const word = /^\w*/.exec(line)?.[0].toUpperCase() ?? ''
    const last = /^(?:BDAT|BURL) .*\bLAST\s*$/i.test(line)
    const name = last ? '.' : word
    this.#running.push({ name })
    if (name === 'QUIT') this.leaving = true
    if (name === 'MAIL') this.#mail = true
    if (word !== 'BDAT') return
    // RFC 3030 §2: where a chunk ends, only its size tells.
    const size = /^BDAT\s+(\d{1,15})(?:\s+LAST)?\s*$/i.exec(line)?.[1]
    if (size === undefined) this.broken = new Unframed('BDAT without a size that can be read')
    else this.#chunk = Number(size)
  }

  #answered(code: number): void {
    const name = this.#running.shift()?.name
    // Unasked: that it ends the connection.
    if (code === 421) this.leaving = true
    if (name === 'DATA' && code === 354) {
      // A mail without a line ends with its first (RFC 5321 §4.1.1.4).
      this.#ending = 2
      this.#running.unshift({ name: '.' })
    } else if (name === '.' || name === 'RSET' || name === 'EHLO' || name === 'HELO') this.#mail = false
    else if (name === 'MAIL' && code >= 400) this.#mail = false
  }

  /** Looks for the line that ends the mail; most of a chunk is skipped by one search. */
  #inMail(chunk: Buffer, from: number): number {
    let at = from
    while (at < chunk.length) {
      const seen = this.#ending ?? 0
      if (seen === 0) {
        const next = chunk.indexOf(13, at)
        if (next < 0) return chunk.length
        this.#ending = 1
        at = next + 1
        continue
      }
      const octet = chunk[at]
      at += 1
      this.#ending = octet === END[seen] ? seen + 1 : octet === 13 ? 1 : 0
      if (this.#ending === END.length) {
        this.#ending = undefined
        return at
      }
    }
    return at
  }
}
