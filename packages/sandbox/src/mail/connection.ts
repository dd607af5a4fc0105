import type { Socket } from 'node:net'
import { type SecureContext, TLSSocket } from 'node:tls'

/** The client sent a line that is longer than any of its protocol. What follows is the rest of it. */
export class TooLong extends Error {}

/** A client's socket, read by lines and counted octets; it reads only what is asked for. */
export class Connection {
  #socket: Socket
  #rest: Buffer = Buffer.alloc(0)
  #bare = false

  constructor(socket: Socket) {
    this.#socket = socket.on('error', () => undefined)
  }

  get secure(): boolean {
    return this.#socket instanceof TLSSocket
  }

  /** Whether the last line ended in a line feed alone, or had a carriage return within it: in SMTP that is no line (RFC 5321 §2.3.8). */
  get bare(): boolean {
    return this.#bare
  }

  /** Without its CRLF, as Latin-1 so that every octet is kept; undefined at the end of the stream. */
  async line(longest: number): Promise<string | undefined> {
    for (let from = 0; ; ) {
      const end = this.#rest.indexOf(10, from)
      if (end > longest || (end < 0 && this.#rest.length > longest)) throw new TooLong('the line is too long')
      if (end >= 0) {
        const ends = this.#rest[end - 1] === 13
        const line = this.#rest.toString('latin1', 0, ends ? end - 1 : end)
        this.#rest = this.#rest.subarray(end + 1)
        this.#bare = !ends || line.includes('\r')
        return line
      }
      from = this.#rest.length
      if (!(await this.#more())) return undefined
    }
  }

  /** Forgets the rest of a line that was too long, so that the next one can be read. */
  async skipLine(): Promise<void> {
    for (let before: number | undefined; ; ) {
      const end = this.#rest.indexOf(10)
      const length = end < 0 ? this.#rest.length : end
      if (length > 0) before = this.#rest[length - 1]
      this.#bare = before !== 13
      this.#rest = end < 0 ? Buffer.alloc(0) : this.#rest.subarray(end + 1)
      if (end >= 0 || !(await this.#more())) return
    }
  }

  async octets(count: number): Promise<Buffer | undefined> {
    const parts = [this.#rest]
    let length = this.#rest.length
    while (length < count) {
      this.#rest = Buffer.alloc(0)
      if (!(await this.#more())) return undefined
      parts.push(this.#rest)
      length += this.#rest.length
    }
    const all = Buffer.concat(parts)
    this.#rest = all.subarray(count)
    return all.subarray(0, count)
  }

  /** Resolves when the client has taken enough for more to be sent, or is gone. */
  async write(data: string | Buffer): Promise<void> {
    const socket = this.#socket
    if (socket.destroyed || !socket.writable) return
    if (typeof data === 'string' ? socket.write(data, 'latin1') : socket.write(data)) return
    await first(socket, ['drain', 'close'])
  }

  async startTls(context: SecureContext): Promise<boolean> {
    // RFC 3207 §6: what came before TLS could be anybody's.
    if (this.#rest.length > 0) return false
    const secure = new TLSSocket(this.#socket, { isServer: true, secureContext: context })
    secure.on('error', () => undefined)
    await first(secure, ['secure', 'close'])
    this.#socket = secure
    return !secure.destroyed
  }

  end(): void {
    this.#socket.end()
    this.#socket.setTimeout(2000, () => this.#socket.destroy())
    this.#socket.resume()
  }

  async #more(): Promise<boolean> {
    for (;;) {
      const socket = this.#socket
      const chunk: Buffer | null = socket.read()
      if (chunk !== null) {
        this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
        return true
      }
      if (socket.readableEnded || socket.destroyed) return false
      await first(socket, ['readable', 'end', 'close'])
    }
  }
}

function first(socket: Socket, events: readonly string[]): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      for (const event of events) socket.off(event, done)
      resolve()
    }
    for (const event of events) socket.on(event, done)
  })
}
