import * as oauth from 'oauth4webapi'
import { detachable } from '../detachable.ts'
import { OAuthError } from '../errors.ts'
import { type RedeemedStates, redeemedStates } from '../grant/redeemed-states.ts'
import { type Http, http } from '../http/http.ts'
import { givenMetadata } from '../protocol/given-metadata.ts'
import type { KnownKeys } from '../protocol/provider-keys.ts'
import { abilities } from '../provider/abilities.ts'
import { assertSecureAddresses } from '../provider/addresses.ts'
import type { ClientAuthMethod } from '../provider/definition.ts'
import { assertPlain } from '../provider/plain.ts'
import type { Provider } from '../provider/resolve.ts'
import { type ClientAuthentication, secretAuthentication } from './authentication.ts'
import type { Dpop } from './dpop.ts'

/** A registration at a provider (RFC 6749 §2), ready to make requests. */
export interface Client {
  readonly client_id: string
  readonly provider: Provider
  readonly authentication: ClientAuthentication
  /** The redirect URIs registered at the provider, when known. Others are then refused before the browser opens. */
  readonly redirect_uris: readonly string[] | undefined
  readonly http: Http
  /** How tokens are bound to keys; undefined: bearer tokens. */
  readonly dpop?: Dpop | undefined
  readonly decrypt?: Decrypt | undefined
  /** The provider's signing keys, as this client last saw them. */
  readonly keys: KnownKeys
  /** Authorizations whose code was redeemed, so that it is not sent twice. */
  readonly redeemed: RedeemedStates
  /** The client as the protocol layer sees it. */
  readonly registration: oauth.Client
  /** The authorization server's metadata: discovered once, or made from the given endpoints. */
  metadata(signal?: AbortSignal): Promise<oauth.AuthorizationServer>
}

/** What {@link defineClient} needs. */
export interface ClientOptions {
  readonly provider: Provider
  readonly client_id: string
  /** Leave out for a public client. */
  readonly client_secret?: string | undefined
  /**
   * Overrides the provider's usual method: the name of one that needs nothing but a secret, or a function value such as
   * `ClientSecretBasic(secret)` or `PrivateKeyJwt(key)`.
   */
  readonly client_auth?: ClientAuthMethod | ClientAuthentication | undefined
  readonly redirect_uris?: readonly string[] | undefined
  readonly http?: Partial<Http> | undefined
  /** Bind tokens to keys: the value of `dpop()`. */
  readonly dpop?: Dpop | undefined
  /** Opens id_tokens, userinfo and signed answers that the provider encrypts to the client. */
  readonly decrypt?: Decrypt | undefined
}

/**
 * Decrypts a compact JWE (RFC 7516 §7.1) to the text inside, with a library of your choice. It decides by its own rules
 * which keys and algorithms it takes.
 *
 * @example
 * ```ts
 * import { defineClient, type Provider } from '@evergrant/core'
 * import { compactDecrypt } from 'jose'
 *
 * function encrypted(provider: Provider, key: CryptoKey) {
 *   const decrypt = async (jwe: string) => new TextDecoder().decode((await compactDecrypt(jwe, key)).plaintext)
 *   return defineClient({ provider, client_id: 'my-program', decrypt })
 * }
 * ```
 */
export type Decrypt = (jwe: string) => string | Promise<string>

/**
 * Checks a registration and makes it usable. Makes no request: metadata is discovered when first needed, and a
 * failed discovery is tried again by the next call.
 *
 * Throws `MISSING_CLIENT_ID`, `MISSING_CLIENT_SECRET` or `SECRET_FOR_PUBLIC_CLIENT`; `INSECURE_URL` for an address of the
 * provider that is plain http on another machine.
 *
 * @example
 * ```ts
 * import { defineClient, resolveProvider } from '@evergrant/core'
 *
 * const provider = resolveProvider({ id: 'acme', name: 'Acme', issuer: 'https://login.acme.example' })
 * const client = defineClient({ provider, client_id: 'my-program', client_secret: 'from the console' })
 * ```
 */
export function defineClient(options: ClientOptions): Client {
  const { provider, client_secret, client_auth } = options
  // Without types it may be missing altogether, as from an environment variable that is not set.
  const client_id = (options.client_id ?? '').trim()
  if (client_id === '') {
    throw new OAuthError('MISSING_CLIENT_ID', `The client id for ${provider.name} is missing.`, {
      provider: provider.id,
    })
  }
  assertPlain(provider)
  assertSecureAddresses(provider)
  const authentication =
    typeof client_auth === 'object' ? client_auth : secretAuthentication(provider, client_secret, client_auth)
  const transport = http(options.http)
  const registration: oauth.Client = {
    client_id,
    // The protocol layer reads the machine's clock; this carries our clock's distance from it.
    get [oauth.clockSkew]() {
      return Math.round(transport.clock.now() - Date.now() / 1000)
    },
    [oauth.clockTolerance]: 60,
    ...(authentication.method.endsWith('tls_client_auth') ? { use_mtls_endpoint_aliases: true } : {}),
    ...(provider.client_assertion === undefined ? {} : { client_assertion: { ...provider.client_assertion } }),
  }
  let known: Promise<oauth.AuthorizationServer> | undefined
  return {
    client_id,
    provider,
    authentication,
    redirect_uris: options.redirect_uris,
    http: transport,
    dpop: options.dpop,
    decrypt: options.decrypt,
    keys: { cache: {}, quietUntil: 0 },
    redeemed: redeemedStates(),
    registration,
    metadata(signal) {
      known ??= (provider[abilities]?.discover(provider, transport) ?? Promise.resolve(givenMetadata(provider))).catch(
        (error) => {
          known = undefined
          throw error
        },
      )
      return signal === undefined ? known : detachable(known, signal)
    },
  }
}
