import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'

/** A mail program that says lines and waits for what matches. */
export interface Program {
  readonly socket: Socket
  readonly closed: Promise<void>
  /** What was heard and not waited for yet. */
  heard(): string
  say(text: string): void
  hears(pattern: RegExp): Promise<RegExpExecArray>
}

/** Connects on this machine; with a certificate authority, in TLS from the start. */
export function talk(port: number, ca?: string): Program {
  const at = { host: '127.0.0.1', port }
  const socket: Socket = ca === undefined ? connect(at) : connectTls({ ...at, ca, servername: 'localhost' })
  let heard = ''
  let look: (() => void) | undefined
  socket.on('error', () => undefined)
  socket.on('data', (data) => {
    heard += data.toString('latin1')
    look?.()
  })
  const closed = new Promise<void>((resolve) => void socket.once('close', () => resolve()))
  socket.on('close', () => look?.())
  return {
    socket,
    closed,
    heard: () => heard,
    say: (text) => void socket.write(text, 'latin1'),
    hears: (pattern) =>
      new Promise((resolve, reject) => {
        look = () => {
          const match = pattern.exec(heard)
          if (match !== null) {
            heard = heard.slice(match.index + match[0].length)
            look = undefined
            resolve(match)
          } else if (socket.closed) reject(new Error(`closed without ${pattern}: ${heard}`))
        }
        look()
      }),
  }
}

/** The message of SASL PLAIN (RFC 4616). */
export const plain = (name: string, password: string): string =>
  Buffer.from(`\0${name}\0${password}`).toString('base64')
