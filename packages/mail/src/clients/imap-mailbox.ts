import { type Clock, isOAuthError, OAuthError, systemClock } from '@evergrant/core'
import type { ImapFlow, ImapFlowOptions } from 'imapflow'
import type { MailServer } from '../discovery/mail-server.ts'
import type { SaslMechanism } from '../sasl/index.ts'
import type { MailTokens } from '../sign-in/open.ts'
import type { MailConnecting } from '../wire/connect.ts'
import { connectImap, type ImapConnecting, type ImapConnection, isNotConnected } from './imap-connection.ts'
import { renewalAt } from './renewal.ts'
import { type MailboxChange, watchMailbox } from './watch.ts'

/** The mailbox to keep open. For a shared mailbox `mailbox` is the shared address, and the tokens are a person's. */
export interface ImapAccount {
  readonly mailbox: string
  readonly imap: MailServer
  /** How to sign in. Default: what imapflow chooses of what the server offers. */
  readonly mechanism?: SaslMechanism | undefined
}

/** What became of the connection. */
export interface ImapEvent {
  /** `renewed`: replaced because its token ends soon. `kept`: it should have been, but no new one could be had yet. */
  readonly type: 'connected' | 'renewed' | 'kept' | 'lost'
  readonly error?: Error | undefined
}

/** How a mailbox is kept open. */
export interface ImapMailboxOptions extends MailConnecting, Pick<ImapConnecting, 'want'> {
  readonly clock?: Clock | undefined
  /** From 0 up to 1. Default `Math.random`. */
  readonly random?: (() => number) | undefined
  /** How often a mailbox that is "authenticated but not connected" is tried again, with growing pauses. Default 2. */
  readonly retries?: number | undefined
  readonly onEvent?: ((event: ImapEvent) => void) | undefined
  /** More options of imapflow's, such as `logger`. */
  readonly imapflow?: Partial<ImapFlowOptions> | undefined
}

/** A mailbox that stays open beyond the end of its access tokens. */
export interface ImapMailbox extends AsyncDisposable {
  /**
   * Runs work with a connected imapflow client. Works that run at once share one connection; take imapflow's mailbox locks as
   * usual. A work is never interrupted by a planned renewal: it keeps its connection, the next one gets a new one. It is
   * not repeated when its connection breaks, because nobody knows how far it came.
   */
  use<T>(work: (client: ImapFlow) => Promise<T>): Promise<T>
  /**
   * Tells when something in a folder has changed, from IDLE on a connection of its own. It reconnects before the token ends,
   * and after a break with growing pauses; what happened in between is told as one change. It ends with the signal, and
   * throws when a person has to act.
   */
  watch(folder: string, signal: AbortSignal): AsyncIterable<MailboxChange>
  /** Logs out once the works under way have ended. */
  close(): Promise<void>
}

interface Lease extends ImapConnection {
  readonly renewal: number | undefined
  users: number
  retired: boolean
}

/** Seconds until a renewal that failed is tried again. */
const AGAIN = 30

/**
 * Keeps a mailbox open with imapflow: connects when there is work, and replaces the connection before its token ends, because
 * servers then drop it or refuse its commands. A connection that is still good is kept while the provider cannot be
 * reached. Needs the package `imapflow`. Fails with `MAIL_LOGIN_REFUSED`, `MAIL_COMMAND_REFUSED`,
 * `MAIL_SERVER_UNREACHABLE`, or what the token source fails with.
 *
 * @example
 * ```ts
 * import type { TokenSource } from '@evergrant/core'
 * import { imapMailbox } from '@evergrant/mail/clients'
 *
 * async function unread(source: TokenSource): Promise<number | undefined> {
 *   const imap = { host: 'imap.example.org', port: 993, security: 'tls' } as const
 *   await using mailbox = imapMailbox(source, { mailbox: 'alice@example.org', imap })
 *   const status = await mailbox.use((client) => client.status('INBOX', { unseen: true }))
 *   return status ? status.unseen : undefined
 * }
 * ```
 */
export function imapMailbox(
  source: MailTokens,
  { mailbox, imap: server, mechanism }: ImapAccount,
  options: ImapMailboxOptions = {},
): ImapMailbox {
  const { clock = systemClock, random = Math.random, retries = 2, onEvent, want, imapflow } = options
  const { ca, lookup, timeout } = options
  const at: ImapConnecting = { server, mailbox, mechanism, ca, lookup, timeout, want, imapflow }
  const ending = new AbortController()
  let current: Lease | undefined
  let opening: Promise<Lease> | undefined
  let tried = Number.NEGATIVE_INFINITY

  /** `atLeast`: seconds that the token must last, so that a renewal does not get the token it is there to replace. */
  const open = async (atLeast?: number): Promise<Lease> => {
    const wanted = atLeast === undefined ? at : { ...at, want: { ...want, minTtl: atLeast } }
    for (let tries = 0; ; tries++) {
      try {
        const { client, expires_at } = await connectImap(source, wanted)
        const renewal = renewalAt({ expires_at }, clock.now(), random())
        return { client, expires_at, renewal, users: 0, retired: false }
      } catch (error) {
        if (tries >= retries || !isNotConnected(error)) throw error
        await clock.sleep(2 ** tries, ending.signal)
      }
    }
  }

  const leave = (lease: Lease): void => {
    lease.retired = true
    if (lease.users === 0) lease.client.logout().catch(() => lease.client.close())
  }

  const lease = async (): Promise<Lease> => {
    if (ending.signal.aborted) throw new OAuthError('ABORTED', `The mailbox ${mailbox} has been closed.`)
    const now = clock.now()
    const held = current?.client.usable ? current : undefined
    const due = held?.renewal !== undefined && now >= held.renewal
    if (held !== undefined && (!due || (opening === undefined && now < tried + AGAIN))) return held
    tried = now
    opening ??= open(due ? Math.max(60, (held?.expires_at ?? now) - now + 1) : undefined).finally(() => {
      opening = undefined
    })
    try {
      const next = await opening
      if (current === next) return next
      if (held === undefined) onEvent?.({ type: 'connected' })
      else {
        onEvent?.({ type: 'renewed' })
        leave(held)
      }
      current = next
      tried = Number.NEGATIVE_INFINITY
      return next
    } catch (error) {
      // A token that has not ended yet outlives an outage.
      if (held?.client.usable && clock.now() < (held.expires_at ?? Number.POSITIVE_INFINITY)) {
        onEvent?.({ type: 'kept', error: error instanceof Error ? error : new Error(String(error)) })
        return held
      }
      throw error
    }
  }

  const close = async (): Promise<void> => {
    ending.abort(new OAuthError('ABORTED', `The mailbox ${mailbox} has been closed.`))
    const last = await opening?.catch(() => undefined)
    for (const one of new Set([current, last])) if (one !== undefined && !one.retired) leave(one)
    current = undefined
  }

  return {
    async use(work) {
      const held = await lease()
      held.users += 1
      try {
        return await work(held.client)
      } finally {
        held.users -= 1
        if (held.retired && held.users === 0) leave(held)
      }
    },
    watch: (folder, signal) =>
      watchMailbox(folder, AbortSignal.any([signal, ending.signal]), { open, clock, random, onEvent, isFinal }),
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** Whether trying again is of no use until somebody acts. */
function isFinal(error: unknown): boolean {
  return isOAuthError(error) && error.class !== 'transient'
}
