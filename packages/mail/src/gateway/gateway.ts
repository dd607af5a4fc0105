import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import type { SecureContext } from 'node:tls'
import { type Clock, isOAuthError, OAuthError, scrub, systemClock } from '@evergrant/core'
import { renewalAt } from '../clients/renewal.ts'
import type { MailProtocol } from '../sasl/index.ts'
import { imapCommand } from '../sign-in/imap.ts'
import { openMailbox } from '../sign-in/open.ts'
import type { MailConnecting } from '../wire/connect.ts'
import { Silence, Unframed, Wire } from '../wire/wire.ts'
import type { GatewayAccount, GatewayEvent } from './account.ts'
import { type Certificate, type CertificateSource, certificateKeeper } from './certificate.ts'
import { type Ending, farewell } from './farewell.ts'
import type { Follower } from './follower.ts'
import type { Admission, Front } from './front.ts'
import { Guard } from './guard.ts'
import { ImapFollower } from './imap-follower.ts'
import { imapFront } from './imap-front.ts'
import { PopFollower } from './pop-follower.ts'
import { popFront } from './pop-front.ts'
import { relay, type Upstream } from './relay.ts'
import { SmtpFollower } from './smtp-follower.ts'
import { smtpFront } from './smtp-front.ts'

/** A port that programs connect to. */
export interface GatewayListener {
  readonly protocol: MailProtocol
  /** Default 0: one that is free. */
  readonly port?: number | undefined
  /** TLS from the first octet. Default false: STARTTLS is offered when there is a certificate. */
  readonly tls?: boolean | undefined
}

/** What a gateway serves, and where. */
export interface GatewayOptions {
  readonly listeners: readonly GatewayListener[]
  /** The account of an address, asked at each login. Undefined: nobody's. */
  readonly account: (address: string) => GatewayAccount | undefined | Promise<GatewayAccount | undefined>
  /** Where to listen. Default `127.0.0.1`. Any other address needs a certificate: without TLS, passwords are taken from this machine alone. */
  readonly host?: string | undefined
  /**
   * Certificate chain and private key. A function is asked again every minute: what it gives then is for new connections, so that
   * a renewed certificate needs no restart. When it fails, the former one stays.
   */
  readonly certificate?: Certificate | CertificateSource | undefined
  /** A renewed certificate is in use; or, with an error, why it is not. */
  readonly onCertificate?: ((error?: Error) => void) | undefined
  /** How the mail servers are reached. */
  readonly upstream?: MailConnecting | undefined
  readonly onEvent?: ((event: GatewayEvent) => void) | undefined
  readonly clock?: Clock | undefined
  /** From 0 up to 1: spreads the renewal of sessions. Default `Math.random`. */
  readonly random?: (() => number) | undefined
  /** Connections at a time, all listeners together. Default 4000. */
  readonly maxConnections?: number | undefined
  /** Seconds until a program has logged in. Default 60. */
  readonly loginTimeout?: number | undefined
  /** Seconds without an octet after which a session is closed. Default 2100: programs in IDLE speak every 29 minutes (RFC 2177). */
  readonly idleTimeout?: number | undefined
}

/** The connections of programs in one protocol. */
export interface GatewayTraffic {
  /** Open now. */
  readonly sessions: number
  /** Octets from programs, and to programs, since the gateway began; of TLS what is on the wire. */
  readonly received: number
  readonly sent: number
}

/** A gateway that listens. */
export interface MailGateway extends AsyncDisposable {
  /** The ports, in the order of the listeners. */
  readonly ports: readonly number[]
  /** Sessions that are open now. */
  readonly sessions: number
  /** Whether all ports are listened on. */
  readonly listening: boolean
  /** What went through so far. */
  readonly traffic: Readonly<Record<MailProtocol, GatewayTraffic>>
  /**
   * Stops listening, and ends each session where its program expects no answer: IMAP with a BYE, SMTP with 421 once the mail under way
   * is taken, POP3 with `-ERR` unless it has marked something as deleted, which is left to its `QUIT`. Who has not logged in is told
   * at once. What is still there after `seconds` is cut.
   */
  drain(seconds: number): Promise<void>
  /** Cuts all sessions and stops listening. */
  close(): Promise<void>
}

const fronts: Readonly<Record<MailProtocol, Front>> = { imap: imapFront, pop: popFront, smtp: smtpFront }

/**
 * Who makes a session last longer than its token, and keeps what is the gateway's from the mail server. A POP3 session is short, and what it has marked as deleted is known to its
 * connection alone (RFC 1939 §6): it ends when the mail server ends it, and nothing of it is lost.
 */
const followers: Readonly<Record<MailProtocol, () => Follower>> = {
  imap: () => new ImapFollower(),
  pop: () => new PopFollower(),
  smtp: () => new SmtpFollower(),
}

/**
 * Starts IMAP, POP3 and SMTP listeners for programs without OAuth 2.0. A program logs in with the address and a password of its
 * own; the gateway signs in at the mail server with an access token, and from then on passes every octet on.
 *
 * Before its token ends, an IMAP session is moved to another connection at a moment when no command is under way or it idles,
 * so that the program notices nothing but news of its folder. Where that cannot be, it gets a BYE and connects again. An SMTP
 * session is moved between two mails. A POP3 session ends when the mail server ends it.
 *
 * A wrong password never reaches a grant, and locks its source out. While a grant needs its person or the mail server has
 * trouble, a login is answered so that the program keeps its password and its mail: `NO [UNAVAILABLE]`, `-ERR [SYS/TEMP]`, `454`.
 *
 * @example
 * ```ts
 * import type { TokenSource } from '@evergrant/core'
 * import { hashProgramPassword, startMailGateway } from '@evergrant/mail/gateway'
 *
 * async function serve(source: TokenSource): Promise<void> {
 *   const imap = { host: 'imap.example.org', port: 993, security: 'tls' } as const
 *   const programs = [{ name: 'mbsync', hash: await hashProgramPassword('correct horse battery staple') }]
 *   const alice = { mailbox: 'alice@example.org', imap, source, programs }
 *   await using gateway = await startMailGateway({
 *     listeners: [{ protocol: 'imap', port: 1143 }],
 *     account: (address) => (address === alice.mailbox ? alice : undefined),
 *   })
 *   console.log(gateway.ports)
 * }
 * ```
 */
export async function startMailGateway(options: GatewayOptions): Promise<MailGateway> {
  const { listeners, host = '127.0.0.1', certificate, clock = systemClock, maxConnections = 4000 } = options
  if (certificate === undefined && (listeners.some(({ tls }) => tls) || !isLoopback(host)))
    throw new OAuthError(
      'INVALID_SETTING',
      `The mail gateway needs a certificate to serve TLS or to listen on ${host}.`,
    )
  const over = new AbortController()
  const leave = new AbortController()
  const tls = await certificateKeeper(certificate, { clock, signal: over.signal, onRenewal: options.onCertificate })
  const house = {
    guard: new Guard(clock),
    options,
    leave: leave.signal,
    tls: (): SecureContext | undefined => tls?.context,
  }
  const sockets = new Map<Socket, MailProtocol>()
  const ended: Record<MailProtocol, { received: number; sent: number }> = {
    imap: { received: 0, sent: 0 },
    pop: { received: 0, sent: 0 },
    smtp: { received: 0, sent: 0 },
  }
  const servers: Server[] = []
  let empty: () => void = () => undefined
  const refuse = (): Promise<unknown> =>
    Promise.all(servers.filter(({ listening }) => listening).map((server) => once(server.close(), 'close')))
  const close = async (): Promise<void> => {
    over.abort()
    const closed = refuse()
    for (const socket of sockets.keys()) socket.destroy()
    await closed
  }
  const drain = async (seconds: number): Promise<void> => {
    const closed = refuse()
    closed.catch(() => undefined)
    const gone = new Promise<void>((resolve) => {
      empty = resolve
      if (sockets.size === 0) resolve()
    })
    leave.abort()
    await Promise.race([gone, clock.sleep(seconds, over.signal).catch(() => undefined)])
    await close()
    await closed
  }
  const ports: number[] = []
  try {
    for (const { protocol, port = 0, tls: immediate = false } of listeners) {
      const welcome = (socket: Socket): void => {
        socket.on('error', () => undefined)
        if (sockets.size >= maxConnections) return void socket.destroy()
        sockets.set(socket, protocol)
        socket.once('close', () => {
          sockets.delete(socket)
          ended[protocol].received += socket.bytesRead
          ended[protocol].sent += socket.bytesWritten
          if (sockets.size === 0) empty()
        })
        void session(protocol, socket, immediate, house)
      }
      const server = createServer(welcome)
      servers.push(server)
      server.listen({ port, host, backlog: 1024 })
      await once(server, 'listening')
      const address = server.address()
      ports.push(address === null || typeof address === 'string' ? 0 : address.port)
    }
  } catch (cause) {
    await close()
    throw new OAuthError('INVALID_SETTING', `The mail gateway cannot listen on ${host}: ${String(cause)}`, { cause })
  }
  return {
    ports,
    get sessions() {
      return sockets.size
    },
    get listening() {
      return servers.every(({ listening }) => listening)
    },
    get traffic() {
      const of = (protocol: MailProtocol): GatewayTraffic => {
        const open = [...sockets].flatMap(([socket, its]) => (its === protocol ? [socket] : []))
        const { received, sent } = ended[protocol]
        return {
          sessions: open.length,
          received: open.reduce((sum, { bytesRead }) => sum + bytesRead, received),
          sent: open.reduce((sum, { bytesWritten }) => sum + bytesWritten, sent),
        }
      }
      return { imap: of('imap'), pop: of('pop'), smtp: of('smtp') }
    },
    drain,
    close,
    [Symbol.asyncDispose]: close,
  }
}

const isLoopback = (host: string): boolean => /^(?:localhost|::1|(?:::ffff:)?127(?:\.\d{1,3}){3})$/.test(host)

/** What all sessions of a gateway share. */
interface Shared {
  readonly guard: Guard
  readonly options: GatewayOptions
  /** Aborted when the gateway stops. */
  readonly leave: AbortSignal
  /** The certificate as it is now. */
  tls(): SecureContext | undefined
}

async function session(
  protocol: MailProtocol,
  socket: Socket,
  immediate: boolean,
  { guard, options, leave, tls }: Shared,
): Promise<void> {
  const { loginTimeout = 60, idleTimeout = 2100, onEvent } = options
  const wire = new Wire(socket, loginTimeout)
  const from = wire.remoteAddress
  const goodBye = (ending: Ending, why: string): void => wire.goodBye(farewell(protocol, ending, why))
  const stop = (): void => goodBye('trouble', 'the mail gateway is stopping')
  const late = (): void => goodBye('idle', 'nobody has logged in for too long')
  leave.addEventListener('abort', stop, { once: true })
  // A client that sends an octet now and then must not stay for ever.
  const deadline = setTimeout(late, loginTimeout * 1000)
  let who: Pick<GatewayEvent, 'mailbox' | 'program'> = {}
  const tell = (type: GatewayEvent['type'], error?: Error): void => onEvent?.({ type, protocol, from, ...who, error })
  const wrong = new Set<string>()
  const login = async (name: string, password: string): Promise<Admission> => {
    // Programs try one mechanism after the other: who has mistyped once has not been wrong twice. To whoever guesses, it says nothing.
    const attempt = guard.digest(`${name}\0${password}`)
    if (wrong.has(attempt)) return { kind: 'wrong' }
    let account: GatewayAccount | undefined
    try {
      account = await options.account(name)
    } catch (error) {
      tell('failed', error instanceof Error ? error : new Error(String(error)))
      return { kind: 'later', words: 'the gateway cannot read its settings' }
    }
    const verdict = await guard.check(account, name, password, from)
    if (verdict.kind === 'locked') {
      tell('locked')
      return { kind: 'later', words: 'too many wrong passwords, try again later' }
    }
    if (verdict.kind === 'wrong' || account === undefined) {
      wrong.add(attempt)
      const tried = harmless(name)
      onEvent?.({ type: 'wrong', protocol, from, tried })
      const { mailbox = 0, source = 0 } = verdict.kind === 'wrong' ? verdict.lockouts : {}
      if (mailbox > 0) onEvent?.({ type: 'lockout', protocol, from, tried, seconds: mailbox })
      if (source > 0) onEvent?.({ type: 'lockout', protocol, from, seconds: source })
      return { kind: 'wrong' }
    }
    who = { mailbox: account.mailbox, program: verdict.program }
    try {
      admitted = await opened(protocol, account, options)
      return admitted.admission
    } catch (error) {
      tell('failed', error instanceof Error ? error : new Error(String(error)))
      return { kind: 'later', words: forPerson(error) }
    }
  }
  let admitted: Admitted | undefined
  let upstream: Wire | undefined
  try {
    const context = tls()
    if (immediate && context !== undefined) await wire.secureAsServer(context)
    upstream = await fronts[protocol](wire, { tls: context, plain: isLoopback(from), login })
  } catch (error) {
    // Silence, broken framing or a failed TLS handshake: the program's affair, not an operator's.
    if (error instanceof Silence) late()
    else if (error instanceof Unframed) {
      // RFC 5321 §4.5.3.1.10 has an answer of its own, before the connection may be closed.
      const refusal = protocol === 'smtp' ? '500 5.5.2 the line is too long\r\n' : ''
      wire.goodBye(refusal + farewell(protocol, 'misuse', 'the line is too long'))
    } else wire.destroy()
  } finally {
    clearTimeout(deadline)
    leave.removeEventListener('abort', stop)
  }
  if (upstream === undefined) return wire.end()
  if (wire.over) {
    upstream.destroy()
    return
  }
  tell('opened')
  const { reopen, renewal } = admitted ?? {}
  await relay(wire.release(), { wire: upstream, renewal }, followers[protocol](), {
    protocol,
    clock: options.clock ?? systemClock,
    leave,
    idle: idleTimeout,
    reopen,
    onRenewal: (error) => tell(error === undefined ? 'renewed' : 'failed', error),
    onBroken: (error) => tell('failed', error),
  })
  tell('closed')
}

/** A login that was let in, and how its session goes on beyond the token's end where it can. */
interface Admitted {
  readonly admission: Admission
  readonly renewal?: number | undefined
  readonly reopen?: () => Promise<Upstream>
}

/** The signed-in mail server, with the capabilities it has from now on. */
async function opened(protocol: MailProtocol, account: GatewayAccount, options: GatewayOptions): Promise<Admitted> {
  const server = account[protocol]
  if (server === undefined) {
    const words = `${account.mailbox} has no ${protocol.toUpperCase()} server here`
    return { admission: { kind: 'later', words } }
  }
  const { mailbox, mechanism, source } = account
  const { clock = systemClock, upstream: connecting, random = Math.random } = options
  const at = { server, mailbox, mechanism }
  const { wire, login, expires_at } = await openMailbox(protocol, source, at, connecting)
  if (protocol === 'pop') return { admission: { kind: 'open', upstream: wire } }
  let end = expires_at
  const renewal = (): number | undefined => renewalAt({ expires_at: end }, clock.now(), random())
  const reopen = async (): Promise<Upstream> => {
    // A token that lasts longer than the present one: the first session to ask gets it for all of the account's.
    const minTtl = Math.max(60, (end ?? 0) - clock.now() + 1)
    const next = await openMailbox(protocol, source, { ...at, want: { minTtl } }, connecting)
    end = next.expires_at
    return { wire: next.wire, renewal: renewal() }
  }
  if (protocol === 'smtp') return { admission: { kind: 'open', upstream: wire }, renewal: renewal(), reopen }
  try {
    const { untagged } = await imapCommand(wire, login, 'CAPABILITY')
    const words = untagged.flatMap((line) => /^\* CAPABILITY (.*)$/i.exec(line)?.[1]?.split(' ') ?? [])
    // Compressed, a session could not be followed, and not be moved to another connection.
    const useful = words.filter((word) => !/^(?:AUTH=.*|STARTTLS|LOGINDISABLED|SASL-IR|COMPRESS=.*)$/i.test(word))
    const capabilities = useful.length === 0 ? undefined : useful.join(' ')
    return { admission: { kind: 'open', upstream: wire, capabilities }, renewal: renewal(), reopen }
  } catch (error) {
    wire.destroy()
    throw error
  }
}

/** What somebody typed, for a log: as long as an address may be (RFC 5321 §4.5.3.1.3), and without anything that a terminal obeys. */
function harmless(typed: string): string {
  return typed.slice(0, 254).replace(/[^\x20-\x7e]/g, '?')
}

/** One line of ASCII. */
function forPerson(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  const advice = isOAuthError(error) ? ` ${error.advice}` : ''
  return scrub(`${message}${advice}`)
    .replace(/[^\x20-\x7e]+/g, '?')
    .slice(0, 400)
}
