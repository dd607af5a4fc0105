import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { createSecureContext, TLSSocket } from 'node:tls'
import type { Sandbox } from '../sandbox.ts'
import { Connection, TooLong } from './connection.ts'
import type { House } from './house.ts'
import { imapSession } from './imap-session.ts'
import { mailSignIn, type SharedMailboxes } from './mail-sign-in.ts'
import { MailStore } from './mail-store.ts'
import { popSession } from './pop-session.ts'
import { smtpSession } from './smtp-session.ts'

/** How the mail servers are to be. */
export interface SandboxMailOptions {
  /** Ports on 127.0.0.1. Default 0: one that is free. */
  readonly ports?: { readonly imap?: number; readonly pop?: number; readonly smtp?: number } | undefined
  /** With a certificate and key in PEM, STARTTLS is offered, and `imaps`, `pops` and `smtps` have TLS from the start. */
  readonly certificate?: { readonly cert: string; readonly key: string } | undefined
  /** Mailboxes that several people open with their own tokens, by address: who may, by `sub`. */
  readonly shared?: SharedMailboxes | undefined
  /** Puts a copy of what a person sends into their folder for sent mail, as some providers do. Default false. */
  readonly savesSent?: boolean | undefined
  /** Connections at a time. Default 5000. */
  readonly maxConnections?: number | undefined
}

/** Mail servers that listen. */
export interface SandboxMail extends AsyncDisposable {
  /** `imaps`, `pops` and `smtps` are there with a certificate alone. */
  readonly ports: Readonly<Record<'imap' | 'pop' | 'smtp', number>> &
    Readonly<Partial<Record<'imaps' | 'pops' | 'smtps', number>>>
  /** Connections that are open now. */
  readonly connections: number
  /** Puts a mail into an INBOX, as if it came from outside; false when nobody has the address. */
  deliver(address: string, mail: string | Buffer): boolean
  close(): Promise<void>
}

const sessions = { imap: imapSession, pop: popSession, smtp: smtpSession } as const
/** What a client hears whose line is too long where no answer to it would be understood. */
const TOO_LONG = {
  imap: '* BYE the line is too long\r\n',
  pop: '-ERR [SYS/PERM] the line is too long\r\n',
  smtp: '500 5.5.6 the line is too long\r\n',
} as const
/** Milliseconds between two looks at whether the tokens of those who are signed in are still good. */
const LOOK = 500

/**
 * Starts IMAP, POP3 and SMTP servers on 127.0.0.1 whose mailboxes are those of the sandbox's people. They take the sandbox's
 * access tokens whose scope is about mail, by XOAUTH2 and OAUTHBEARER, and end a session when its token ends, as large providers
 * do. Mail goes from one practice account to another and no further. It is kept in memory.
 *
 * @example
 * await using sandbox = await startSandbox({ clients: [{ client_id: 'demo', redirect_uris: ['http://127.0.0.1/cb'] }] })
 * await using mail = await startSandboxMail(sandbox)
 */
export async function startSandboxMail(sandbox: Sandbox, options: SandboxMailOptions = {}): Promise<SandboxMail> {
  const { ports: wanted = {}, certificate, shared = {}, savesSent = false, maxConnections = 5000 } = options
  const tls = certificate === undefined ? undefined : createSecureContext(certificate)
  const store = new MailStore(() => sandbox.clock.now())
  const signIn = mailSignIn(sandbox, shared)
  const waiting = new Set<() => void>()
  const look = setInterval(() => {
    for (const check of [...waiting]) check()
  }, LOOK)
  look.unref()
  const house: House = {
    issuer: sandbox.issuer,
    signIn,
    store,
    tls,
    savesSent,
    ended: (person, left) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (person.valid()) return
          waiting.delete(check)
          resolve()
        }
        waiting.add(check)
        left.addEventListener('abort', () => waiting.delete(check), { once: true })
      }),
  }
  const sockets = new Set<Socket>()
  const servers: Server[] = []
  const listen = async (protocol: keyof typeof sessions, port: number, secure: boolean): Promise<number> => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined)
      if (sockets.size >= maxConnections) return void socket.destroy()
      sockets.add(socket.once('close', () => sockets.delete(socket)))
      socket.setNoDelay(true)
      const client = secure ? new TLSSocket(socket, { isServer: true, secureContext: tls }) : socket
      const connection = new Connection(client)
      sessions[protocol](connection, house)
        .catch((error: unknown) => (error instanceof TooLong ? connection.write(TOO_LONG[protocol]) : undefined))
        .finally(() => connection.end())
    })
    servers.push(server)
    server.listen({ port, host: '127.0.0.1', backlog: 1024 })
    await once(server, 'listening')
    const address = server.address()
    return address === null || typeof address === 'string' ? 0 : address.port
  }
  const close = async (): Promise<void> => {
    clearInterval(look)
    const ended = servers.filter(({ listening }) => listening).map((server) => once(server.close(), 'close'))
    for (const socket of sockets) socket.destroy()
    await Promise.all(ended)
  }
  try {
    const ports = {
      imap: await listen('imap', wanted.imap ?? 0, false),
      pop: await listen('pop', wanted.pop ?? 0, false),
      smtp: await listen('smtp', wanted.smtp ?? 0, false),
    }
    const secure =
      tls === undefined
        ? {}
        : {
            imaps: await listen('imap', 0, true),
            pops: await listen('pop', 0, true),
            smtps: await listen('smtp', 0, true),
          }
    return {
      ports: { ...ports, ...secure },
      get connections() {
        return sockets.size
      },
      deliver(address, mail) {
        const mailbox = signIn.receives(address)
        return mailbox !== undefined && store.append(mailbox, 'INBOX', Buffer.from(mail)) !== undefined
      },
      close,
      [Symbol.asyncDispose]: close,
    }
  } catch (error) {
    await close()
    throw error
  }
}
