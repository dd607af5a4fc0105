import { type Follower, Unsafe } from './follower.ts'

/** How much of a line is looked at. */
const HEAD = 100
/** Of what an answer to EHLO offers, what is for the gateway alone. */
const HIDDEN = /^\d{3}[ -](?:AUTH|STARTTLS)\b/i
const REFUSAL = '503 5.5.1 you are logged in\r\n'
const END = Buffer.from('\r\n.\r\n')

/**
 * An SMTP session after its login (RFC 5321): it can be moved between two mails, where the server knows nothing but the name that
 * the program gave itself. AUTH may be said once in a session (RFC 4954 §4), so a newer token needs another connection.
 */
export class SmtpFollower implements Follower {
  readonly farewell = 'QUIT'
  readonly verb: RegExp = /^\s*(\S+)\s/
  readonly shut: RegExp = /^(?:AUTH|STARTTLS)$/i
  leaving = false
  /** Commands whose answer is still to come, in their order (RFC 2920). A dot is the end of a mail, `REFUSAL` what the gateway answers. */
  readonly #running: string[] = []
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
  #blind = false

  get resumable(): boolean {
    return !this.#blind && !this.leaving
  }

  get serverBetweenLines(): boolean {
    return !this.#blind && this.#between && this.#reply === ''
  }

  get quiet(): boolean {
    const idle = this.#running.length === 0 && !this.#mail && this.#ending === undefined && this.#chunk === 0
    return this.resumable && idle && this.#line === '' && this.serverBetweenLines
  }

  fromProgram(chunk: Buffer): void {
    for (let at = 0; at < chunk.length; ) at = this.take(chunk, at)
  }

  take(chunk: Buffer, at: number): number {
    if (this.#blind) return chunk.length
    if (this.#chunk > 0) {
      const passed = Math.min(this.#chunk, chunk.length - at)
      this.#chunk -= passed
      return at + passed
    }
    if (this.#ending !== undefined) return this.#inMail(chunk, at)
    // After DATA a program waits: what comes is a mail or a command by the server's answer alone.
    if (this.#running.at(-1) === 'DATA') {
      this.#blind = true
      return chunk.length
    }
    const end = chunk.indexOf(10, at)
    const stop = end < 0 ? chunk.length : end
    this.#line += chunk.toString('latin1', at, Math.min(stop, at + HEAD - Math.min(HEAD, this.#line.length)))
    if (end < 0) return chunk.length
    this.#command(this.#line.replace(/\r$/, ''))
    this.#line = ''
    return end + 1
  }

  get coming(): 'command' | 'answer' | 'other' {
    if (this.#blind || this.#chunk > 0 || this.#ending !== undefined || this.#line !== '') return 'other'
    return this.#running.at(-1) === 'DATA' ? 'answer' : 'command'
  }

  refuse(): void {
    this.#running.push(REFUSAL)
  }

  due(): string {
    let due = ''
    while (this.#running[0] === REFUSAL) due += this.#running.shift()
    return due
  }

  get edits(): boolean {
    return this.#running.includes(REFUSAL) || this.#running.includes('EHLO')
  }

  edited(line: Buffer): Buffer {
    if (this.#running[0] !== 'EHLO') return line
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

  fromServer(chunk: Buffer): void {
    for (let at = 0; at < chunk.length && !this.#blind; ) {
      const end = chunk.indexOf(10, at)
      const stop = end < 0 ? chunk.length : end
      this.#reply += chunk.toString('latin1', at, Math.min(stop, at + HEAD - Math.min(HEAD, this.#reply.length)))
      if (end < 0) return
      at = end + 1
      const [, code, more] = /^(\d{3})([ -]?)/.exec(this.#reply) ?? []
      this.#reply = ''
      if (code === undefined) this.#blind = true
      else {
        this.#between = more !== '-'
        if (this.#between) this.#answered(Number(code))
      }
    }
  }

  /** Nothing is to be taken along: the other connection has said who it is by itself. */
  async takeOver(): Promise<string> {
    if (!this.quiet) throw new Unsafe('a mail is under way')
    return ''
  }

  /** RFC 5321 §3.8: the program keeps what was not answered, and connects again. */
  bye(why: string): string {
    return `421 4.3.2 ${why}, connect again`
  }

  #command(line: string): void {
    const [verb = '', size, last = ''] = line.trim().split(/\s+/)
    const word = verb.toUpperCase()
    const name = word === 'BDAT' && last.toUpperCase() === 'LAST' ? '.' : word
    this.#running.push(name)
    if (name === 'QUIT') this.leaving = true
    if (name === 'MAIL') this.#mail = true
    if (word === 'BDAT') this.#chunk = Number(size)
    // Another TLS session would have to be made for the program; no server offers it after a login.
    if (name === 'STARTTLS' || !Number.isSafeInteger(this.#chunk)) this.#blind = true
  }

  #answered(code: number): void {
    const name = this.#running.shift()
    // Unasked: that it ends the connection.
    if (code === 421) this.leaving = true
    if (name === 'DATA' && code === 354) {
      // A mail without a line ends with its first (RFC 5321 §4.1.1.4).
      this.#ending = 2
      this.#running.unshift('.')
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
