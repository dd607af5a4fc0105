/**
 * An authorization that has begun: a person is at the provider's consent page. JSON-safe, so that another process
 * can finish it. It holds the PKCE verifier, which is a secret: keep it where only the one who began can take it.
 */
export interface PendingAuthorization {
  readonly state: string
  readonly code_verifier?: string
  /** Sent with `openid`, and compared with the id_token. */
  readonly nonce?: string
  readonly redirect_uri: string
  /** Provider id. */
  readonly provider: string
  readonly client_id: string
  /** Id of the grant that the consent is for. */
  readonly grant: string
  /** The scope that was asked for, space separated. */
  readonly scope?: string
  /** The scope that was asked for the second token of a provider that gives two. */
  readonly second_scope?: string
  readonly resource?: string
  /** How the callback was asked for; one that was to be signed is not accepted without. */
  readonly response_mode?: string
  /** Epoch seconds. */
  readonly created_at: number
  readonly expires_at: number
}

/** Where pending authorizations wait when the callback may reach another process. */
export interface PendingStore {
  put(pending: PendingAuthorization): Promise<void>
  /** Returns and removes it in one step, so that a callback works once. */
  take(state: string): Promise<PendingAuthorization | undefined>
}
