import { OAuthError } from '@evergrant/core'
import { Unframed } from '../wire/wire.ts'
import { beginsCommand, COMMANDS, isItsOwn } from './commands.ts'
import { type Follower, Turned, Unsafe } from './follower.ts'

/** How much of a line is looked at. */
const HEAD = 100
/** Of what an answer to EHLO offers, what is for the gateway alone. */
const HIDDEN = /^\d{3}[ -](?:AUTH|STARTTLS)\b/i
const [LF, CR] = [10, 13]
const END = '\r\n.\r\n'
/** One search in native code, which finds neither for most of a mail. */
const LONE_OR_END = /\r(?!\n)|(?<!\r)\n|\r\n\.\r\n/
/** What of a mail's end its last octets can be. */
const LINE_BEGUN = /\r\n\.?$/

/** RFC 5321 §4.1.1.4; the code is the one that Exchange has for it. */
const LONE = '550 5.6.11 a line of the mail ends with a lone LF or CR: only CR LF ends a line (RFC 5321 2.3.8)'

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
  /** What of a mail's end has been seen last, without a CR that is still kept; undefined while no mail is being sent. */
  #mailLine: string | undefined
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
    const idle = this.#running.length === 0 && !this.#mail && this.#mailLine === undefined && this.#chunk === 0
    return this.resumable && idle && this.#line === '' && this.serverBetweenLines
  }

  take(chunk: Buffer, at: number): number {
    if (this.#chunk > 0) {
      const passed = Math.min(this.#chunk, chunk.length - at)
      this.#chunk -= passed
      return at + passed
    }
    if (this.#mailLine !== undefined) return this.#inMail(chunk, at)
    const end = lineEnd(chunk, at)
    if (end === 'lone') {
      this.broken = new Unframed('a command line ends with a lone CR or LF')
      return at
    }
    this.#line += chunk.toString('latin1', at, Math.min(end.at, at + HEAD - Math.min(HEAD, this.#line.length)))
    if (!end.whole) return end.at
    this.#command(this.#line)
    this.#line = ''
    return end.at + 2
  }

  get coming(): 'command' | 'answer' | 'other' {
    if (this.#chunk > 0 || this.#mailLine !== undefined || this.#line !== '') return 'other'
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
      const reply = this.#reply
      this.#reply = ''
      const [, code, more] = /^([2-5]\d\d)(?:([ -])|\r?$)/.exec(reply) ?? []
      if (code === undefined) {
        this.broken = new OAuthError('MAIL_ANSWER_INVALID', 'The mail server gave an answer that is no reply of SMTP.')
        return at
      }
      at = end + 1
      this.#between = more !== '-'
      if (this.#between) this.#answered(Number(code), reply.trimEnd())
      if (this.broken !== undefined) return at
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
    if (size === undefined || line.length >= HEAD) this.broken = new Unframed('BDAT without a size that can be read')
    else this.#chunk = Number(size)
  }

  #answered(code: number, reply: string): void {
    const name = this.#running.shift()?.name
    // Unasked: that it ends the connection.
    if (code === 421) this.leaving = true
    if (name === 'DATA' && code === 354) {
      // A mail without a line ends with its first (RFC 5321 §4.1.1.4).
      this.#mailLine = '\r\n'
      this.#running.unshift({ name: '.' })
    } else if (name === '.' && this.#mailLine !== undefined && code !== 421)
      // Whoever takes the rest of the mail for commands must not get it. A refusal is still told.
      this.broken =
        code >= 400
          ? new Turned(reply)
          : new OAuthError('MAIL_ANSWER_INVALID', 'The mail server took a mail before it was over.')
    else if (name === '.' || name === 'RSET' || name === 'EHLO' || name === 'HELO') this.#mail = false
    else if (name === 'MAIL' && code >= 400) this.#mail = false
  }

  /**
   * Looks for the line that ends the mail. Only CR LF ends a line (RFC 5321 §2.3.8): a mail server that takes a lone LF or CR for one
   * would see another end than this here, and what follows it as commands. So nothing from there on passes.
   */
  #inMail(chunk: Buffer, from: number): number {
    const before = this.#mailLine ?? ''
    const text = before + chunk.toString('latin1', from)
    const found = LONE_OR_END.exec(text)
    const at = found === null ? text.length : found.index
    // A CR that is the last octet is judged, and passes, together with the next.
    const cut = at === text.length - 1 && text[at] === '\r'
    if (found === null || cut) this.#mailLine = LINE_BEGUN.exec(text.slice(0, at).slice(-3))?.[0] ?? ''
    else if (found[0] === END) this.#mailLine = undefined
    else this.broken = new Turned(LONE)
    return from - before.length + at + (found?.[0] === END ? END.length : 0)
  }
}

/** Where a command's line ends: at its CR LF, or not yet; then a CR that is the last octet is left to be looked at with the next. */
function lineEnd(chunk: Buffer, from: number): { readonly at: number; readonly whole: boolean } | 'lone' {
  const lf = chunk.indexOf(LF, from)
  const cr = chunk.indexOf(CR, from)
  if (cr < 0) return lf < 0 ? { at: chunk.length, whole: false } : 'lone'
  if (lf === cr + 1) return { at: cr, whole: true }
  return lf < 0 && cr === chunk.length - 1 ? { at: cr, whole: false } : 'lone'
}
