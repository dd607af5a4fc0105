import { styleText } from 'node:util'
import { scrub } from '@evergrant/core'
import type { Failure } from './failure.ts'
import type { Input, Output, Streams } from './streams.ts'

type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'

/** Line ends and the sequences of `styleText`. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these sequences begin with a control character
const OURS = /(\n|\x1b\[\d{1,2}m)/

/** How a command wants to speak. */
export interface Manner {
  readonly json: boolean
  readonly verbose: boolean
  /** On stderr only what a person must do, warnings and errors. */
  readonly quiet: boolean
}

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

  /** The result: text as it is, or an object for `--json`. */
  result(text: string): void {
    this.#stdout.write(`${text}\n`)
  }

  data(value: unknown): void {
    this.result(JSON.stringify(value, null, 2))
  }

  /** A result for people. Names come from elsewhere, and must not steer the terminal. */
  text(text: string): void {
    this.result(this.#clean(text))
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
    const pieces = text.split(OURS)
    return pieces.map((piece, at) => (at % 2 === 1 ? piece : scrub(piece, this.#secrets))).join('')
  }

  /** A web address for the person to open. It is written as it is: an authorization request holds no secret. */
  address(url: string): void {
    this.stderr.write(`\n${this.style('cyan', url)}\n\n`)
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
      this.stderr.write(`${JSON.stringify(failed.json, clean)}\n`)
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
    return this.#resultColour ? styleText(style, text, { validateStream: false }) : text
  }

  style(style: Style, text: string): string {
    return this.#colour ? styleText(style, text, { validateStream: false }) : text
  }
}
