import type { Clock } from '@evergrant/core'
import type { ImapFlow } from 'imapflow'
import type { ImapConnection } from './imap-connection.ts'
import type { ImapEvent } from './imap-mailbox.ts'

/** Something in a folder has changed: read again from what was known. */
export interface MailboxChange {
  /** How many messages there are now. */
  readonly messages: number
  /** When it is another one than before, no UID that was known counts any more (RFC 3501 §2.3.1.1). */
  readonly uidValidity: bigint
}

interface Opened extends ImapConnection {
  readonly renewal: number | undefined
}

interface Watching {
  /** `atLeast`: seconds that the token must last. */
  open(atLeast?: number): Promise<Opened>
  readonly clock: Clock
  readonly random: () => number
  readonly onEvent?: ((event: ImapEvent) => void) | undefined
  isFinal(error: unknown): boolean
}

/** Seconds between two tries after a break: the longest. */
const LONGEST_PAUSE = 60
/** Seconds until a renewal that failed is tried again. */
const AGAIN = 30

/** First the folder as it is, then each change of it; after a reconnect once more, for what nobody heard in between. */
export async function* watchMailbox(
  folder: string,
  signal: AbortSignal,
  { open, clock, random, onEvent, isFinal }: Watching,
): AsyncGenerator<MailboxChange> {
  let breaks = 0
  let held: Opened | undefined
  const pause = (): Promise<void> =>
    clock.sleep(Math.min(LONGEST_PAUSE, 2 ** breaks++) * (0.5 + random() / 2), signal).catch(() => undefined)
  try {
    while (!signal.aborted) {
      const before: Opened | undefined = held
      try {
        const left = before?.expires_at === undefined ? undefined : before.expires_at - clock.now() + 1
        held = await open(left === undefined ? undefined : Math.max(60, left))
        await held.client.mailboxOpen(folder, { readOnly: true })
        onEvent?.({ type: before === undefined ? 'connected' : 'renewed' })
        before?.client.logout().catch(() => before.client.close())
      } catch (error) {
        if (signal.aborted) return
        const event = error instanceof Error ? error : new Error(String(error))
        if (before?.client.usable && clock.now() < (before.expires_at ?? 0)) {
          onEvent?.({ type: 'kept', error: event })
          held = { ...before, renewal: clock.now() + AGAIN }
        } else {
          if (isFinal(error)) throw error
          onEvent?.({ type: 'lost', error: event })
          await pause()
          continue
        }
      }
      for await (const change of changes(held, clock, signal)) {
        breaks = 0
        yield change
      }
      if (held.client.usable || signal.aborted) continue
      held = undefined
      onEvent?.({ type: 'lost' })
      await pause()
    }
  } finally {
    held?.client.close()
  }
}

/** The folder's states on one connection, until its renewal is due, it breaks, or the signal aborts. */
async function* changes({ client, renewal }: Opened, clock: Clock, signal: AbortSignal): AsyncGenerator<MailboxChange> {
  let changed = true
  let over = false
  let wake: () => void = () => undefined
  const tell = (): void => {
    changed = true
    wake()
  }
  const end = (): void => {
    over = true
    wake()
  }
  const heard = [
    ['exists', tell],
    ['expunge', tell],
    ['flags', tell],
    ['close', end],
  ] as const
  for (const [event, hear] of heard) client.on(event, hear)
  signal.addEventListener('abort', end, { once: true })
  const stop = new AbortController()
  if (renewal !== undefined) clock.sleep(Math.max(0, renewal - clock.now()), stop.signal).then(end, () => undefined)
  let idling: Promise<unknown> | undefined
  try {
    while (!over && client.usable) {
      if (changed) {
        changed = false
        const { mailbox } = client
        if (mailbox !== false) yield { messages: mailbox.exists, uidValidity: mailbox.uidValidity }
        continue
      }
      const woken = new Promise<void>((resolve) => {
        wake = resolve
      })
      idling ??= idle(client, clock, stop.signal).finally(() => {
        idling = undefined
      })
      await Promise.race([woken, idling])
    }
  } finally {
    stop.abort()
    signal.removeEventListener('abort', end)
    for (const [event, hear] of heard) client.off(event, hear)
  }
}

/** Lets the server tell news; a server that ends IDLE at once is not asked again in the same second. */
async function idle(client: ImapFlow, clock: Clock, signal: AbortSignal): Promise<void> {
  await client.idle().catch(() => undefined)
  await clock.sleep(1, signal).catch(() => undefined)
}
