import type {
  BegunAuthorization,
  ConsentHandler,
  GrantListener,
  GrantStore,
  Http,
  PendingAuthorization,
  PendingStore,
  ProviderDefinition,
} from '@evergrant/core'
import type { ConnectionOptions } from './connection.ts'
import type { AuthFlowType } from './credentials.ts'

/** What an {@link Account} takes beside its credentials. */
export interface AccountOptions extends Omit<ConnectionOptions, 'clock'> {
  /** Which of the accounts in the store. Default: the one that consented last in this object, else the first there is. */
  readonly username?: string | undefined
  /** For the flow `password`. Sent when authenticating, and kept nowhere but in this object. */
  readonly password?: string | undefined
  /** What the account's paths are about: `me`, an address, `user:…`, `group:…`, `site:…`. Default: the protocol's; nobody for the flow `credentials`. */
  readonly mainResource?: string | undefined
  /** Default `authorization`. */
  readonly authFlowType?: AuthFlowType | undefined
  /** The directory's id or domain, or `common` (default), `organizations`, `consumers`. */
  readonly tenantId?: string | undefined
  /** Where grants are kept: a store, or a token backend of `@evergrant/stores/o365`. Default: this process's memory. */
  readonly store?: GrantStore | undefined
  /** Whether renewed tokens are written to the store. Default true; false keeps them in this object. */
  readonly storeTokenAfterRefresh?: boolean | undefined
  /** The authorization server, if it is not the catalogue's: a national cloud, an emulator. */
  readonly provider?: ProviderDefinition | undefined
  /** How token requests are made. Requests to the API take `fetch` of these options, else this one. */
  readonly http?: Partial<Http> | undefined
  /** Hears what happens to the grants. */
  readonly onEvent?: GrantListener | undefined
}

/** What a person is asked for. */
export interface ConsentRequest {
  /**
   * Permissions, by helper names (`message_all`) or their own (`Mail.Read`). There is no default: nobody should be asked for
   * more than a program needs.
   */
  readonly requestedScopes?: string | readonly string[] | undefined
  /** Another name of `requestedScopes`. */
  readonly scopes?: string | readonly string[] | undefined
  /** Exactly as registered. Default: the one the handler brings, else the page for native programs at the sign-in host. */
  readonly redirectUri?: string | undefined
  /** Further parameters of the authorization request, such as `{ prompt: 'select_account' }`. */
  readonly params?: Readonly<Record<string, string>> | undefined
}

/** How {@link Account.authenticate} asks. */
export interface AuthenticateOptions extends ConsentRequest {
  /**
   * Brings the person to the address and comes back with the callback: `consoleConsent`, `loopbackConsent`, or any async
   * function from one to the other. Not needed for the flows `credentials` and `password`.
   */
  readonly handleConsent?: ConsentHandler | ((url: string) => Promise<string | undefined>) | undefined
  /** Whether the grant is written to the store. Default true; false keeps it, and what is renewed from it, in this object. */
  readonly storeToken?: boolean | undefined
}

/** What finishing an authorization takes. */
export interface CallbackOptions {
  /** What {@link Account.getAuthorizationUrl} gave, or the store it was put in. */
  readonly pending: PendingAuthorization | PendingStore
  readonly storeToken?: boolean | undefined
}

export type { BegunAuthorization }
