import type { Socket } from 'node:net'
import { type Clock, isOAuthError } from '@evergrant/core'
import type { MailProtocol } from '../sasl/index.ts'
import { endSoon, Wire } from '../wire/wire.ts'
import { type Ending, farewell } from './farewell.ts'
import { type Follower, Turned, Unsafe } from './follower.ts'
import { Gate } from './gate.ts'

/** A signed-in connection to the mail server, and when it should be replaced (epoch seconds). */
export interface Upstream {
  readonly wire: Wire
  readonly renewal?: number | undefined
}

/** What a relay needs besides the two sides. */
export interface RelayOptions {
  readonly protocol: MailProtocol
  readonly clock: Clock
  /** Seconds without an octet after which both sides are closed. */
  readonly idle: number
  /** Opens another connection with a token that lasts longer than the present one's. Absent where none can take over. */
  readonly reopen?: (() => Promise<Upstream>) | undefined
  /** The session goes on on another connection, or could not: then the error says why. */
  onRenewal(error?: Error): void
  /** The session ends because one of the sides cannot be followed any more. */
  onBroken(error: Error): void
  /** Aborted: the session ends where the program expects no answer, and tells it to connect again. */
  readonly leave: AbortSignal
}

/** Seconds until a renewal that failed is tried again. */
const AGAIN = 30
/** Seconds that the mail server may take for each step of a renewal. */
const PATIENCE = 30

/**
 * Passes a session on, and moves it to another connection before its token ends, at a moment when nothing is under way. A
 * side that does not read holds the other back. A session that cannot go on ends with a farewell of its protocol, unless that
 * would come in the middle of something else.
 */
export async function relay(
  program: Socket,
  upstream: Upstream,
  follower: Follower,
  options: RelayOptions,
): Promise<void> {
  await new Relay(program, upstream, follower, options).run()
}

class Relay {
  readonly #program: Socket
  readonly #options: RelayOptions
  readonly #follower: Follower
  readonly #gate: Gate
  readonly #over = new AbortController()
  #server: Socket
  #renewal: number | undefined
  #detach: () => void = () => undefined
  /** The connection that waits for a quiet moment to take over. */
  #next: Upstream | undefined
  /** The program is not read, because its session is being moved. */
  #moving = false
  #ended = false

  constructor(program: Socket, { wire, renewal }: Upstream, follower: Follower, options: RelayOptions) {
    this.#program = program
    this.#server = wire.release()
    this.#renewal = renewal
    this.#follower = follower
    this.#options = options
    const held = (): boolean => this.#moving || this.#gate.holding
    this.#gate = new Gate(follower, {
      toServer: (octets) => pass(octets, program, this.#server, held),
      toProgram: (octets) => pass(octets, this.#server, program, () => this.#moving),
    })
  }

  async run(): Promise<void> {
    const program = this.#program
    const { idle, leave } = this.#options
    const gone = new Promise<void>((resolve) => void program.once('close', () => resolve()))
    prepare(program, idle, () => this.#idle())
    program.on('data', (chunk: Buffer) => {
      if (this.#ended) return
      this.#gate.fromProgram(chunk)
      if (this.#failed()) return
      if (this.#gate.holding) program.pause()
      if (leave.aborted) this.#takeChance()
    })
    program.once('end', () => this.#server.end())
    program.once('close', () => this.#server.end(() => this.#server.destroy()))
    program.resume()
    this.#attach(this.#server)
    this.#plan().catch(() => undefined)
    const chance = (): void => this.#takeChance()
    leave.addEventListener('abort', chance)
    this.#takeChance()
    if (!program.destroyed) await gone
    leave.removeEventListener('abort', chance)
    this.#over.abort()
    this.#next?.wire.destroy()
    if (!this.#server.destroyed) await new Promise<void>((resolve) => void this.#server.once('close', () => resolve()))
  }

  #attach(server: Socket): void {
    const program = this.#program
    this.#server = server
    prepare(server, this.#options.idle, () => {
      if (server === this.#server) this.#idle()
      else server.destroy()
    })
    const hear = (chunk: Buffer): void => {
      if (this.#ended) return
      const held = this.#gate.holding
      this.#gate.fromServer(chunk)
      if (this.#failed()) return
      if (held && !this.#gate.holding) program.resume()
      this.#takeChance()
    }
    server.on('data', hear)
    // Not `removeAllListeners`: after that, Node tells nobody of data that waits to be read.
    this.#detach = () => server.off('data', hear).pause()
    const ended = (): void => {
      if (server === this.#server && !this.#moving) this.#lost()
    }
    server.once('end', ended)
    server.once('close', ended)
    // A socket that was read by lines does not flow by itself.
    server.resume()
    if (server.destroyed) ended()
    if (program.destroyed) server.destroy()
  }

  /** Opens the next connection when it is time, over and over. */
  async #plan(): Promise<void> {
    const { clock, reopen, onRenewal } = this.#options
    const { signal } = this.#over
    while (this.#renewal !== undefined && !signal.aborted) {
      const due: number = this.#renewal
      await clock.sleep(Math.max(0, due - clock.now()), signal)
      // Moved in the meantime: its time is another one now.
      if (this.#renewal !== due) continue
      this.#renewal = clock.now() + AGAIN
      // What could never be moved is left to the mail server.
      if (reopen === undefined || this.#next !== undefined || !this.#follower.resumable) continue
      try {
        this.#next = await reopen()
      } catch (error) {
        onRenewal(asError(error))
        continue
      }
      if (signal.aborted) this.#next.wire.destroy()
      else this.#takeChance()
    }
  }

  #takeChance(): void {
    const next = this.#next
    const { leave } = this.#options
    if (this.#moving || this.#ended || this.#program.destroyed || !this.#gate.quiet) return
    if (leave.aborted) {
      if (this.#follower.endable) this.#bye('trouble', 'the mail gateway is stopping')
      return
    }
    if (next === undefined || !this.#follower.quiet) return
    this.#next = undefined
    this.#move(next).catch(() => this.#program.destroy())
  }

  async #move(next: Upstream): Promise<void> {
    this.#moving = true
    const program = this.#program
    const before = this.#server
    program.pause()
    this.#detach()
    const old = new Wire(before, PATIENCE)
    try {
      const told = await this.#follower.takeOver(old, next.wire)
      if (told !== '') program.write(told, 'latin1')
      old.write(`${this.#follower.farewell}\r\n`).catch(() => undefined)
      old.end()
      this.#renewal = next.renewal
      this.#moving = false
      this.#attach(next.wire.release())
      this.#options.onRenewal()
      program.resume()
      this.#takeChance()
    } catch (error) {
      next.wire.destroy()
      old.destroy()
      this.#options.onRenewal(asError(error))
      this.#bye('trouble', error instanceof Unsafe ? error.message : 'the mail server did not answer')
    }
  }

  /** The mail server has closed. */
  #lost(): void {
    if (this.#follower.leaving) {
      this.#program.end()
      this.#server.end()
      return
    }
    this.#bye('trouble', 'the mail server has closed the connection')
  }

  #idle(): void {
    if (!this.#moving) this.#bye('idle', 'nothing came for too long')
  }

  /** Ends the session when nobody knows any more what is a command in it. */
  #failed(): boolean {
    const { broken } = this.#gate
    if (broken === undefined) return false
    this.#options.onBroken(broken)
    if (broken instanceof Turned) this.#bye('misuse', 'connect again for other mail', `${broken.message}\r\n`)
    else if (isOAuthError(broken)) this.#bye('trouble', 'the mail server cannot be understood')
    else this.#bye('misuse', broken.message)
    return true
  }

  /** Ends the session, with a last word where an answer can begin, after one that is due. The program connects again by itself. */
  #bye(ending: Ending, why: string, due = ''): void {
    if (this.#ended) return
    this.#ended = true
    this.#server.destroy()
    const said = this.#follower.serverBetweenLines && !this.#follower.leaving
    endSoon(this.#program, said ? due + farewell(this.#options.protocol, ending, why) : '')
  }
}

function prepare(socket: Socket, idle: number, onIdle: () => void): void {
  socket.setNoDelay(true)
  socket.setKeepAlive(true, 60_000)
  socket.setTimeout(idle * 1000, onIdle)
  socket.on('error', () => undefined)
}

/** Octets from which a chunk is one of many. */
const BULK = 2048

/**
 * Writes on, and reads no more until it has been taken. TLS brings a large answer in many small records: what comes of one read is
 * written on in one go. What is small is somebody's answer, and goes at once.
 */
function pass(chunk: Buffer, from: Socket, to: Socket, held: () => boolean): void {
  if (to.destroyed) return
  if (to.writableCorked === 0 && chunk.length >= BULK) {
    to.cork()
    setImmediate(() => to.uncork())
  }
  if (to.write(chunk)) return
  from.pause()
  to.once('drain', () => {
    if (!held()) from.resume()
  })
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
