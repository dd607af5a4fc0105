import { type Clock, systemClock } from '../clock.ts'
import type { ConsentHandler, ConsentOutcome } from '../consent/consent-handler.ts'
import { counted } from '../counted.ts'
import { isOAuthError, OAuthError } from '../errors.ts'
import { type Arrival, loopbackListener } from './loopback-listener.ts'

/** What {@link loopbackConsent} needs. */
export interface LoopbackConsentOptions {
  /** Brings the person's browser to the address: opens it, or prints it. */
  readonly open: (url: string) => void | Promise<void>
  /** Decides host, port and path. Default: 127.0.0.1 (else [::1]), any free port, `/callback`. */
  readonly redirectUri?: string | undefined
  /** Seconds until nobody is waited for any more. Default 300. */
  readonly seconds?: number | undefined
  readonly clock?: Clock | undefined
  readonly signal?: AbortSignal | undefined
}

/** A consent handler that listens; it closes when it was told how consent ended, or disposed of. */
export type LoopbackConsent = ConsentHandler & { readonly redirectUri: string } & AsyncDisposable

/**
 * Consent through the browser on this machine (RFC 8252 §7.3): listens on a loopback address, opens the browser, waits
 * for the one callback that belongs to this authorization, shows the person how it ended, and closes. Anything else that
 * comes to the port changes nothing. Made for one {@link obtainConsent}; several at once have a port each.
 *
 * The handler rejects with `AUTHORIZATION_EXPIRED` after `seconds`, or with the signal's reason.
 *
 * @example
 * ```ts
 * import { type Client, type GrantStore, obtainConsent } from '@evergrant/core'
 * import { loopbackConsent } from '@evergrant/core/node'
 *
 * async function connect(client: Client, store: GrantStore, open: (url: string) => void) {
 *   await using consent = await loopbackConsent({ open })
 *   return await obtainConsent(client, { grant: 'alice', store, consent })
 * }
 * ```
 */
export async function loopbackConsent(options: LoopbackConsentOptions): Promise<LoopbackConsent> {
  const { open, seconds = 300, clock = systemClock, signal } = options
  const listener = await loopbackListener(options.redirectUri)
  let arrival: Arrival | undefined
  const handler = async (url: string): Promise<string> => {
    const late = new AbortController()
    const done = new AbortController()
    const expire = (): void =>
      late.abort(new OAuthError('AUTHORIZATION_EXPIRED', `Nobody consented within ${counted(seconds, 'second')}.`))
    void clock.sleep(seconds, done.signal).then(expire, () => undefined)
    try {
      const state = new URL(url).searchParams.get('state') ?? ''
      const until = signal === undefined ? late.signal : AbortSignal.any([late.signal, signal])
      const arrived = listener.arrival(state, until)
      // It may fail while the browser is being opened; that is met below.
      arrived.catch(() => undefined)
      await open(url)
      arrival = await arrived
      return arrival.url
    } catch (error) {
      await listener.close()
      throw error
    } finally {
      done.abort()
    }
  }
  const settled = async (outcome: ConsentOutcome): Promise<void> => {
    await arrival?.answer(
      isOAuthError(outcome)
        ? { outcome: 'failed', message: outcome.message, advice: outcome.advice }
        : { outcome: 'connected', ...outcome },
    )
    await listener.close()
  }
  const close = (): Promise<void> => listener.close()
  return Object.assign(handler, { redirectUri: listener.redirectUri, settled, [Symbol.asyncDispose]: close })
}
