import type { Guidance } from '../provider/error-advice.ts'
import { isQuietly, quietly } from '../redacted.ts'
import { type AccessToken, accessToken } from './access-token.ts'
import type { GivenBy } from './given-by.ts'

/** Who consented, as the provider names them. */
export interface Subject {
  readonly iss: string
  readonly sub: string
  /** The name a person knows it by: an e-mail address or user name. */
  readonly username?: string
}

/** What went wrong last, without secrets. */
export interface Trouble {
  readonly code: string
  readonly message: string
  /** The provider's own `error`. */
  readonly error?: string
  readonly error_description?: string
  /** What is known about it beyond its code, and who has to act. */
  readonly guidance?: Guidance
  /** What the next consent must prove: give it to {@link beginAuthorization}. */
  readonly claims?: string
}

/** What is known about the health of a grant, and why. */
export type Standing =
  | { readonly state: 'active'; readonly since: number }
  | {
      readonly state: 'failing'
      readonly since: number
      readonly failures: number
      /** Epoch seconds before which the provider is not asked again, unless a caller forces it. */
      readonly next_attempt: number
      readonly trouble: Trouble
    }
  | {
      readonly state: 'revoked'
      readonly since: number
      /**
       * `invalid_grant`: the provider ended it. `refresh_interrupted`: a refresh was cut off between the provider's
       * answer and our record, and the provider gives no second chance. `wrong_account`: a refresh was answered with tokens of
       * another account; its refresh token is kept, so that it can be revoked, and is not used. `revoked_here`: ended
       * from our side.
       */
      readonly reason: 'invalid_grant' | 'refresh_interrupted' | 'wrong_account' | 'revoked_here'
      readonly trouble?: Trouble
    }

/** Lease, write-ahead mark and fence in one: somebody is spending the refresh token. */
export interface Spending {
  /** Epoch seconds by the marker's clock. For people; machines need not agree on the time. */
  readonly since: number
  /** Who spends: random, unique per token source. */
  readonly by: string
  /** The process it belongs to, where the store can tell whether one has ended: {@link StoreProcesses.own}. */
  readonly process?: string
}

/** Why {@link Grant.metadata} may lack what the provider's definition says is looked up after consent. */
export interface LookUpFailure {
  /** Epoch seconds. */
  readonly at: number
  readonly trouble: Trouble
}

/**
 * The stored authorization of one subject to one client at one provider. Immutable: a change is a new record,
 * written by compare-and-swap on `version`.
 */
export interface Grant {
  readonly id: string
  /** Provider id. */
  readonly provider: string
  /** Client id. */
  readonly client: string
  readonly subject?: Subject
  /** Which server gave the tokens; absent in records that an older version wrote last. */
  readonly given_by?: GivenBy
  readonly refresh_token?: string
  /** Epoch seconds after which the refresh token ends, when the provider told. */
  readonly refresh_expires_at?: number
  /**
   * What the provider told at consent or later and a program needs: an account number, a tenant, the address of its
   * API. By the names and paths of the provider's definition. No tokens.
   */
  readonly metadata?: Readonly<Record<string, unknown>>
  /** Set when the look-up after consent failed; {@link lookUp} asks again, and lifts it when it succeeds. */
  readonly look_up_failed?: LookUpFailure
  /** The private key that the refresh token is bound to (RFC 9449). */
  readonly dpop_key?: JsonWebKey
  /** The scope asked for, kept apart from any token's lifetime. */
  readonly requested_scope?: string
  readonly granted_scope?: string
  /** Access tokens by resource (and narrowed scope); `''` is the default one. */
  readonly access: Readonly<Record<string, AccessToken>>
  readonly standing: Standing
  readonly spending?: Spending
  /** Set when a refresh may have spent the current refresh token without us hearing of it (epoch seconds). */
  readonly in_doubt?: number
  /** Ciphertext of the tokens, when a sealing store wrote this record. */
  readonly sealed?: string
  /** When a person consented last, epoch seconds; absent in records of older versions and for app-only grants. */
  readonly consented_at?: number
  /** Epoch seconds of the last write. */
  readonly updated_at: number
  /** 0: never stored. Counts up from a {@link firstVersion}: only whether it is the same says something. */
  readonly version: number
}

/** A grant without any token: what lists, events, logs and errors carry. */
export interface GrantSummary {
  readonly id: string
  readonly provider: string
  readonly client: string
  readonly subject?: Subject
  readonly requested_scope?: string
  readonly granted_scope?: string
  readonly standing: Standing
  /** Whether it can renew itself without a person. */
  readonly refreshable: boolean
  /** Of the default access token, epoch seconds. */
  readonly expires_at?: number
  readonly refresh_at?: number
  readonly refresh_expires_at?: number
  readonly metadata?: Readonly<Record<string, unknown>>
  /** Set when something in `metadata` may be missing, because it could not be looked up after consent. */
  readonly look_up_failed?: LookUpFailure
  /** When a person consented last, epoch seconds. */
  readonly consented_at?: number
  readonly updated_at: number
  readonly version: number
}

/** Makes a grant that prints without its secrets. Accepts what a store parsed from JSON; an empty refresh token is none. */
export function grant(fields: Grant): Grant {
  return versioned(fields, fields.version)
}

/** The same with another version, without a copy of all in between. */
export function versioned(fields: Grant, version: number): Grant {
  const made = quietly(fields, { access: tokens(fields.access), version })
  // As in an answer: it is none, and nobody may send it. In a sealed record it stands for the one that is sealed.
  if (made.refresh_token === '' && made.sealed === undefined) Reflect.deleteProperty(made, 'refresh_token')
  return Object.freeze(made)
}

function tokens(access: Grant['access']): Grant['access'] {
  if (Object.isFrozen(access) && Object.values(access).every(isQuietly)) return access
  const made = Object.entries(access).map(([key, token]) => [key, accessToken(token)] as const)
  return Object.freeze(Object.fromEntries(made))
}

/** The access token kept under a key. Keys come from callers, so what every object inherits is no token. */
export function tokenOf(of: Grant, key: string): AccessToken | undefined {
  return Object.hasOwn(of.access, key) ? of.access[key] : undefined
}

/** The grant without its tokens. */
export function summary(of: Grant): GrantSummary {
  const token = of.access['']
  return {
    id: of.id,
    provider: of.provider,
    client: of.client,
    ...(of.subject === undefined ? {} : { subject: of.subject }),
    ...(of.requested_scope === undefined ? {} : { requested_scope: of.requested_scope }),
    ...(of.granted_scope === undefined ? {} : { granted_scope: of.granted_scope }),
    standing: of.standing,
    refreshable: of.refresh_token !== undefined,
    ...(token?.expires_at === undefined ? {} : { expires_at: token.expires_at }),
    ...(token?.refresh_at === undefined ? {} : { refresh_at: token.refresh_at }),
    ...(of.refresh_expires_at === undefined ? {} : { refresh_expires_at: of.refresh_expires_at }),
    ...(of.metadata === undefined ? {} : { metadata: of.metadata }),
    ...(of.look_up_failed === undefined ? {} : { look_up_failed: of.look_up_failed }),
    ...(of.consented_at === undefined ? {} : { consented_at: of.consented_at }),
    updated_at: of.updated_at,
    version: of.version,
  }
}
