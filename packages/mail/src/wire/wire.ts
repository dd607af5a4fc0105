import { once } from 'node:events'
import type { Socket } from 'node:net'
import { connect as connectTls, type SecureContext, TLSSocket } from 'node:tls'

/** The other side was silent for too long. */
export class Silence extends Error {
  override readonly name = 'Silence'
}

/** The other side broke the protocol's framing: too long a line, or data where none may be. */
export class Unframed extends Error {
  override readonly name = 'Unframed'
}

/**
 * A socket that is read by lines and counted octets. It reads only what is asked for, so a side that sends faster than
 * the other takes is held back by the network itself, and nothing grows.
 */
export class Wire {
  #socket: Socket
  #rest: Buffer = Buffer.alloc(0)
  readonly #seconds: number
  /** TLS has begun, and is not there yet. */
  #shaking = false
  /** Good-bye has been said. */
  #over = false
  /** Whether the other side has sent anything at all. */
  #heard = false

  /** `seconds`: how long the other side may be silent while it is waited for. */
  constructor(socket: Socket, seconds: number) {
    this.#socket = socket
    this.#seconds = seconds
    // A reset has its say in whoever reads or writes; without a listener it would end the process.
    socket.on('error', () => undefined)
  }

  get secure(): boolean {
    return this.#socket instanceof TLSSocket
  }

  /** Good-bye has been said: what still comes is not looked at. */
  get over(): boolean {
    return this.#over
  }

  get remoteAddress(): string {
    return this.#socket.remoteAddress ?? ''
  }

  /** A line without its CRLF (or LF), as Latin-1 so that every octet is kept; undefined at the end of the stream. */
  async line(longest: number): Promise<string | undefined> {
    for (let from = 0; ; ) {
      if (this.#over) return undefined
      const end = this.#rest.indexOf(10, from)
      if (end >= 0 && end <= longest) {
        const line = this.#rest.toString('latin1', 0, this.#rest[end - 1] === 13 ? end - 1 : end)
        this.#rest = this.#rest.subarray(end + 1)
        return line
      }
      if (end >= 0 || this.#rest.length > longest) throw new Unframed(`a line of more than ${longest} octets`)
      from = this.#rest.length
      if (!(await this.#more())) return undefined
    }
  }

  /** So many octets; undefined when the stream ends before. */
  async octets(count: number): Promise<Buffer | undefined> {
    while (this.#rest.length < count) if (!(await this.#more())) return undefined
    const octets = this.#rest.subarray(0, count)
    this.#rest = this.#rest.subarray(count)
    return octets
  }

  /** Resolves when the octets are on their way, not when they are only queued. */
  async write(text: string): Promise<void> {
    if (this.#socket.destroyed || !this.#socket.writable) return
    if (this.#socket.write(text, 'latin1')) return
    await this.#within(Promise.race([once(this.#socket, 'drain'), once(this.#socket, 'close')]))
  }

  /** Continues in TLS as the client. */
  async secureAsClient(options: { readonly host: string; readonly ca?: string | undefined }): Promise<void> {
    this.#shaking = true
    this.#nothingBefore()
    const { host, ca } = options
    const secure = connectTls({ socket: this.#socket, ...tlsName(host), ...(ca === undefined ? {} : { ca }) })
    secure.on('error', () => undefined)
    await this.#within(once(secure, 'secureConnect'))
    this.#socket = secure
    this.#shaking = false
  }

  /** Continues in TLS as the server. */
  async secureAsServer(context: SecureContext): Promise<void> {
    this.#shaking = true
    this.#nothingBefore()
    const secure = new TLSSocket(this.#socket, { isServer: true, secureContext: context })
    secure.on('error', () => undefined)
    await this.#within(once(secure, 'secure'))
    this.#socket = secure
    this.#shaking = false
  }

  /** The socket, with what was read too far put back: from now on it is the caller's. */
  release(): Socket {
    if (this.#rest.length > 0) this.#socket.unshift(this.#rest)
    this.#rest = Buffer.alloc(0)
    return this.#socket
  }

  /** Sends what is queued, then ends the connection, whether the other side does or not. */
  end(): void {
    endSoon(this.#socket)
  }

  /** Says a last thing and ends the connection. Where TLS has begun and is not there yet, nothing can be said. */
  goodBye(text: string): void {
    this.#over = true
    if (this.#shaking) this.#socket.destroy()
    else endSoon(this.#socket, text)
  }

  destroy(): void {
    this.#socket.destroy()
  }

  /** RFC 3207 §6: commands that came before TLS could be anybody's, and must not be taken for those of the secured client. */
  #nothingBefore(): void {
    if (this.#rest.length > 0) throw new Unframed('data before TLS began')
  }

  async #more(): Promise<boolean> {
    for (;;) {
      const socket = this.#socket
      const chunk: Buffer | null = socket.read()
      if (chunk !== null) {
        this.#heard = true
        this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
        return true
      }
      if (socket.readableEnded || socket.destroyed) return false
      await this.#within(
        new Promise<void>((resolve) => {
          const done = (): void => {
            for (const event of ['readable', 'end', 'close']) socket.off(event, done)
            resolve()
          }
          for (const event of ['readable', 'end', 'close']) socket.on(event, done)
        }),
      )
    }
  }

  async #within<T>(work: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new Silence(this.#heard ? 'no answer in time' : 'no greeting in time')),
        this.#seconds * 1000,
      )
    })
    try {
      return await Promise.race([work, late])
    } finally {
      clearTimeout(timer)
    }
  }
}

/** Milliseconds without an octet, and altogether, that the other side has to take what is left and to close. */
const LINGER = 2000
const LONGEST_LINGER = 30_000

/**
 * Sends what is queued, and a last word, then ends the connection, whether the other side does or not. What it still sends is read
 * and left out: to close on it would reset the connection, and the last word would be lost.
 */
export function endSoon(socket: Socket, text = ''): void {
  if (socket.destroyed) return
  if (text !== '' && socket.writable) socket.write(text, 'latin1')
  socket.end()
  socket.setTimeout(LINGER, () => socket.destroy())
  const cut = setTimeout(() => socket.destroy(), LONGEST_LINGER)
  socket.once('close', () => clearTimeout(cut))
  socket.resume()
}

/** Server name indication carries names, not addresses (RFC 6066 §3). */
export function tlsName(host: string): { host: string; servername: string } {
  return { host, servername: /^[\d.]+$|:/.test(host) ? '' : host }
}
