import { OAuthError } from '@evergrant/core'
import { Unframed } from '../wire/wire.ts'
import { type Literal, literalAfter, TAIL } from './imap-arguments.ts'

/** How much of a line is looked at: commands and responses that matter are shorter. */
const HEAD = 1000

/** What a line is, once it is whole. */
interface Line {
  /** Its beginning, as Latin-1. */
  readonly head: string
  /** Whether the head is all of it. */
  readonly whole: boolean
  readonly literal?: Literal | undefined
}

/** Finds the lines of a stream with literals in it (RFC 3501 §4.3), without keeping or copying what passes. */
class Lines {
  readonly #hear: (line: Line) => void
  #head = ''
  #tail = ''
  #length = 0
  /** Octets of a literal that are still to come. */
  skip = 0
  /** A literal was announced of more octets than a number can have. */
  endless = false

  constructor(hear: (line: Line) => void) {
    this.#hear = hear
  }

  get betweenLines(): boolean {
    return this.#length === 0 && this.skip === 0
  }

  see(chunk: Buffer): void {
    for (let at = 0; at < chunk.length; ) at = this.take(chunk, at)
  }

  /** The rest of a literal or of a line, as far as it is there; returns where it ends. */
  take(chunk: Buffer, at: number): number {
    if (this.skip > 0) {
      const passed = Math.min(this.skip, chunk.length - at)
      this.skip -= passed
      return at + passed
    }
    const end = chunk.indexOf(10, at)
    const stop = end < 0 ? chunk.length : end
    if (this.#head.length < HEAD)
      this.#head += chunk.toString('latin1', at, Math.min(stop, at + HEAD - this.#head.length))
    this.#tail = (this.#tail + chunk.toString('latin1', Math.max(at, stop - TAIL), stop)).slice(-TAIL)
    this.#length += stop - at
    if (end < 0) return chunk.length
    const head = this.#head.replace(/\r$/, '')
    const whole = this.#length <= HEAD
    const literal = literalAfter(this.#tail)
    this.endless ||= literal?.size === Number.POSITIVE_INFINITY
    this.#head = ''
    this.#tail = ''
    this.#length = 0
    this.#hear({ head, whole, literal: this.endless ? undefined : literal })
    return end + 1
  }
}

/** The folder that is selected, as it was asked for. */
export interface SelectedFolder {
  /** `SELECT "name"` or `EXAMINE "name"`, with `(CONDSTORE)` if that was asked for; undefined when it cannot be repeated. */
  readonly command: string | undefined
  readonly uidValidity: string | undefined
  /** How many messages the program knows of. */
  exists: number
}

/** Commands after which a session has something that another connection would not have. */
const STICKY = /^(?:NOTIFY|LANGUAGE|COMPARATOR|UNAUTHENTICATE|SETQUOTA|COMPRESS)$/
/** Saved results and live searches, which last as long as the folder is selected (RFC 5182, RFC 5267). */
const IN_FOLDER = /\bRETURN \([^)]*\b(?:SAVE|UPDATE|CONTEXT)\b/i

/**
 * Follows an IMAP session from the outside, for as much as must be known to continue it on another connection: which commands
 * are under way, which folder is selected, whether it idles. Pure; sees each octet once and keeps none.
 */
export class ImapTracker {
  readonly #program: Lines
  readonly #server: Lines
  readonly #running = new Map<string, { readonly name: string; readonly rest: string | undefined }>()
  #continuing = false
  #waitingLiteral: number | undefined
  /** Of the command that is being said. */
  #saying: string | undefined
  #validity: string | undefined
  #counted = 0
  #sticky = false
  #inFolder = false
  /** The tag of an IDLE that neither the program nor the server has ended. */
  #idling: string | undefined
  /** The program has the beginning of a line whose rest it will not get. */
  #torn = false
  /** What ENABLE has switched on (RFC 5161). */
  readonly enabled: Set<string> = new Set()
  /** The tag of the IDLE that runs. */
  idle: string | undefined
  selected: SelectedFolder | undefined
  /** The program or the server has said good-bye. */
  leaving = false

  constructor() {
    this.#program = new Lines((line) => this.#command(line))
    this.#server = new Lines((line) => this.#response(line))
  }

  fromProgram(chunk: Buffer): void {
    this.#program.see(chunk)
  }

  take(chunk: Buffer, at: number): number {
    return this.#program.take(chunk, at)
  }

  get coming(): 'command' | 'answer' | 'other' {
    if (this.#waitingLiteral !== undefined) return 'answer'
    return this.#program.betweenLines && !this.#continuing ? 'command' : 'other'
  }

  fromServer(chunk: Buffer): number {
    const { betweenLines } = this.#server
    this.#server.see(chunk)
    if (this.broken === undefined) return chunk.length
    this.#torn = !betweenLines
    return 0
  }

  get broken(): Error | undefined {
    if (this.#program.endless) return new Unframed('an endless literal')
    if (!this.#server.endless) return undefined
    return new OAuthError('MAIL_ANSWER_INVALID', 'The mail server announced an endless literal.')
  }

  /** Whether nothing is under way, or nothing but IDLE, and another connection can take over here. */
  get quiet(): boolean {
    return this.resumable && this.endable
  }

  get endable(): boolean {
    // Once DONE is said, IDLE is a command whose answer is waited for.
    const running = this.#running.size - (this.idle === undefined || this.idle !== this.#idling ? 0 : 1)
    const between = this.#program.betweenLines && this.serverBetweenLines
    return running === 0 && between && !this.#continuing && !this.leaving
  }

  get serverBetweenLines(): boolean {
    return this.#server.betweenLines && !this.#torn
  }

  /** The program has said IDLE, and nothing but DONE may follow (RFC 2177). */
  get idles(): boolean {
    return this.#idling !== undefined
  }

  /** Whether another connection could take over at all. */
  get resumable(): boolean {
    const folder = this.selected === undefined || (this.selected.command !== undefined && !this.#inFolder)
    return !this.#sticky && !this.leaving && folder
  }

  #command({ head, whole, literal }: Line): void {
    if (literal !== undefined) {
      if (literal.waits) this.#waitingLiteral = literal.size
      else this.#program.skip = literal.size
    }
    const first = !this.#continuing
    this.#continuing = literal !== undefined
    if (!first) return
    if (this.idles && /^DONE$/i.test(head)) {
      this.#idling = undefined
      return
    }
    const [, tag, name = '', rest = ''] = /^(\S+) (\S+)(?: (.*))?$/.exec(head) ?? []
    this.#saying = tag
    if (tag === undefined) return
    const upper = name.toUpperCase()
    if (upper === 'LOGOUT') this.leaving = true
    if (upper === 'IDLE') this.#idling = tag
    if (STICKY.test(upper)) this.#sticky = true
    if (IN_FOLDER.test(rest)) this.#inFolder = true
    if (upper === 'SELECT' || upper === 'EXAMINE') this.#validity = undefined
    this.#running.set(tag, { name: upper, rest: whole && literal === undefined ? rest : undefined })
  }

  #response({ head, literal }: Line): void {
    if (literal !== undefined) this.#server.skip = literal.size
    if (head.startsWith('+')) {
      if (this.#waitingLiteral !== undefined) {
        this.#program.skip = this.#waitingLiteral
        this.#waitingLiteral = undefined
      } else this.idle ??= [...this.#running].find(([, { name }]) => name === 'IDLE')?.[0]
      return
    }
    if (head.startsWith('* ')) {
      this.#untagged(head.slice(2))
      return
    }
    const [, tag = '', status = ''] = /^(\S+) (OK|NO|BAD)\b/i.exec(head) ?? []
    const command = this.#running.get(tag)
    if (command === undefined) return
    this.#running.delete(tag)
    // Refused before its literal was asked for: none will come.
    if (tag === this.#saying) {
      this.#waitingLiteral = undefined
      if (this.#program.betweenLines) this.#continuing = false
    }
    const { name, rest } = command
    const ok = status.toUpperCase() === 'OK'
    if (tag === this.idle) this.idle = undefined
    if (tag === this.#idling) this.#idling = undefined
    if (name === 'SELECT' || name === 'EXAMINE') {
      this.#inFolder = false
      this.selected = ok
        ? { command: again(name, rest), uidValidity: this.#validity, exists: this.#counted }
        : undefined
    } else if (ok && (name === 'CLOSE' || name === 'UNSELECT')) this.selected = undefined
  }

  #untagged(text: string): void {
    const [, count, what = ''] = /^(\d+) (EXISTS|EXPUNGE)\b/i.exec(text) ?? []
    if (count !== undefined) {
      this.#counted = what.toUpperCase() === 'EXISTS' ? Number(count) : this.#counted - 1
      if (this.selected !== undefined) this.selected.exists = this.#counted
      return
    }
    if (/^BYE\b/i.test(text)) this.leaving = true
    const validity = /^OK \[UIDVALIDITY (\d+)\]/i.exec(text)?.[1]
    if (validity !== undefined) this.#validity = validity
    const enabled = /^ENABLED (.*)$/i.exec(text)?.[1]
    for (const word of enabled?.trim().split(' ') ?? []) this.enabled.add(word.toUpperCase())
    const gone = /^VANISHED (\d[\d:,]*)$/i.exec(text)?.[1]
    if (gone === undefined) return
    for (const range of gone.split(',')) {
      const [from = 0, to = from] = range.split(':').map(Number)
      this.#counted -= Math.abs(to - from) + 1
    }
    if (this.selected !== undefined) this.selected.exists = this.#counted
  }
}

/** The command that selects the same folder again; undefined when its name came as a literal or cannot be read. */
function again(name: string, rest: string | undefined): string | undefined {
  const [, folder, more = ''] = /^("(?:[^"\\]|\\["\\])*"|[^\s"(){%*\\]+)(?: \((.*)\))?$/.exec(rest ?? '') ?? []
  if (folder === undefined) return undefined
  return `${name} ${folder}${/\b(?:CONDSTORE|QRESYNC)\b/i.test(more) ? ' (CONDSTORE)' : ''}`
}
