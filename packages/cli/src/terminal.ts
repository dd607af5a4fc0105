import { randomBytes } from 'node:crypto'
import { styleText } from 'node:util'
import { scrub } from '@evergrant/core'
import type { Failure } from './failure.ts'
import { harmless, harmlessJson } from './harmless.ts'
import type { Input, Output, Streams } from './streams.ts'

type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'

/** How a command wants to speak. */
export interface Manner {
  readonly json: boolean
  readonly verbose: boolean
  /** On stderr only what a person must do, warnings and errors. */
  readonly quiet: boolean
}

/** What the result's readers do when they have seen enough (`| head`): no error, however little of it they took. */
const ENOUGH = new Set(['EPIPE', 'ERR_STREAM_DESTROYED'])

/**
 * The output contract. Stdout carries the result and nothing else; everything for people goes to stderr, where no
 * secret that this process has seen can appear.
 */
export class Terminal {
  readonly stdin: Input
  readonly stderr: Output
  readonly #stdout: Output
  readonly #colour: boolean
  readonly #resultColour: boolean
  readonly #secrets = new Set<string>()
  /** What became of each write to stdout that is not done yet, or failed. */
  readonly #writing = new Set<Promise<Error | undefined>>()
  /**
   * Marks our own colours until they are written: words from elsewhere cannot know it, so they have none. In the form of a
   * sequence that takes no room.
   */
  readonly #mark = `\u001b]${randomBytes(8).toString('hex')};`
  #manner: Manner = { json: false, verbose: false, quiet: false }

  constructor(streams: Streams, env: Readonly<Record<string, string | undefined>>) {
    this.stdin = streams.stdin
    this.stderr = streams.stderr
    this.#stdout = streams.stdout
    const wanted = !env['NO_COLOR'] && env['TERM'] !== 'dumb'
    this.#colour = this.isTTY && wanted
    this.#resultColour = streams.stdout.isTTY === true && wanted
  }

  /** Whether a person reads what is written for people. */
  get isTTY(): boolean {
    return this.stderr.isTTY === true
  }

  /** Whether a person can be asked. */
  get canAsk(): boolean {
    return this.isTTY && this.stdin.isTTY === true && !this.json
  }

  get json(): boolean {
    return this.#manner.json
  }

  speak(manner: Manner): void {
    this.#manner = manner
  }

  /** From now on this text never appears on stderr, whatever else quotes it. */
  conceal(secret: string | undefined): void {
    if (secret !== undefined && secret.length >= 4) this.#secrets.add(secret)
  }

  /** The result for a program, such as a token: as it is, unless a person reads it. */
  result(text: string): void {
    this.#print(this.#stdout.isTTY === true ? harmless(text) : text)
  }

  data(value: unknown): void {
    this.#print(harmlessJson(JSON.stringify(value, null, 2)))
  }

  /** A result for people. Names come from elsewhere, and must not steer the terminal. */
  text(text: string): void {
    this.#print(this.#clean(text))
  }

  /**
   * Resolves once all of the result is written. Throws when it could not be, unless its reader has gone: `| head` has
   * seen enough.
   */
  async written(): Promise<void> {
    const [failed] = (await Promise.all(this.#writing)).filter((error) => error !== undefined)
    if (failed === undefined || ENOUGH.has((failed as NodeJS.ErrnoException).code ?? '')) return
    throw new Error(
      `The result could not be written to standard output: ${failed.message}. What the command did stays done; what it printed is lost.`,
      { cause: failed },
    )
  }

  #print(text: string): void {
    const write = new Promise<Error | undefined>((done) => {
      this.#stdout.write(`${text}\n`, (error) => done(error ?? undefined))
    })
    this.#writing.add(write)
    // One that runs for long keeps nothing of what went well.
    void write.then((error) => error === undefined && this.#writing.delete(write))
  }

  /** A sentence for the person, which `--quiet` leaves out. */
  note(text: string): void {
    if (!this.#manner.quiet) this.say(text)
  }

  /** A sentence that has to be read: what to do now, or a warning. */
  say(text: string): void {
    this.stderr.write(`${this.#clean(text)}\n`)
  }

  /** Without secrets and control characters; our own line ends and colours stay. */
  #clean(text: string): string {
    const lines = text.split('\n').map((line) => this.#written(line, (words) => scrub(harmless(words), this.#secrets)))
    return lines.join('\n')
  }

  /** With our colours in the place of their marks; `clean` gets all the rest. */
  #written(text: string, clean: (words: string) => string): string {
    const [first = '', ...marked] = text.split(this.#mark)
    const rest = marked.map((piece) => {
      const end = piece.indexOf('\u0007')
      return `\u001b[${piece.slice(0, end)}m${clean(piece.slice(end + 1))}`
    })
    return `${clean(first)}${rest.join('')}`
  }

  /** A web address for the person to open. Nothing in it is concealed: an authorization request holds no secret. */
  address(url: string): void {
    this.stderr.write(`\n${this.#written(this.style('cyan', url), harmless)}\n\n`)
  }

  /** A line that is written over the one before, on a terminal. */
  draw(line: string): void {
    // To the beginning of the line, and what was there is removed.
    this.stderr.write(`\r\u001b[K${this.#clean(line)}`)
  }

  /** A detail that only `--verbose` shows. */
  detail(text: string): void {
    if (this.#manner.verbose) this.note(this.style('dim', text))
  }

  /** What happened, the provider's own words, who must act, and what to do. */
  fail(failed: Failure): void {
    if (this.json) {
      // String by string: in the whole text, names such as "code" would be taken for the names of secrets.
      const clean = (_key: string, value: unknown): unknown =>
        typeof value === 'string' ? scrub(value, this.#secrets) : value
      this.stderr.write(`${harmlessJson(JSON.stringify(failed.json, clean))}\n`)
      return
    }
    this.say(`${this.style('red', 'error')} ${failed.message}`)
    if (failed.words !== undefined && !failed.message.includes(failed.words)) {
      this.say(`  ${this.style('dim', 'provider')}  ${failed.words}`)
    }
    if (failed.who !== undefined) this.say(`  ${this.style('dim', 'who')}       ${failed.who}`)
    if (failed.advice !== undefined) this.say(`  ${this.style('dim', 'advice')}    ${failed.advice}`)
    if (failed.link !== undefined) this.say(`  ${this.style('dim', 'more')}      ${failed.link}`)
    if (failed.code !== 'USAGE') this.say(`  ${this.style('dim', 'code')}      ${failed.code}`)
    for (const cause of failed.causes) this.detail(`  caused by ${cause}`)
  }

  /** For what goes to stdout: coloured when a person reads that, plain in a pipe. */
  paint(style: Style, text: string): string {
    return this.#resultColour ? this.#marked(style, text) : text
  }

  style(style: Style, text: string): string {
    return this.#colour ? this.#marked(style, text) : text
  }

  #marked(style: Style, text: string): string {
    const [begin = '', end = ''] = styleText(style, '|', { validateStream: false }).split('|')
    const code = (sequence: string): string => `${this.#mark}${sequence.replace(/\D/g, '')}\u0007`
    return `${code(begin)}${text}${code(end)}`
  }
}
