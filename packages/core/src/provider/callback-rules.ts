/** How a provider's authorization response differs from RFC 6749 §4.1.2. */
export interface CallbackRules {
  /** The RFC's names to the names that arrive, such as `{ "code": "auth_code", "state": "customField" }`. */
  readonly parameter_names?: Readonly<Record<string, string>>
  /** Further parameters that are kept in the grant's `metadata`, such as an account number that comes nowhere else. */
  readonly metadata?: readonly string[]
  /** Parameters that every token request of this grant repeats, such as a device id. They are kept in `metadata` too. */
  readonly repeated?: readonly string[]
  /** The code is percent-encoded once more than the rest. */
  readonly decode_code?: boolean
  /** The provider does not repeat `state`, so it travels as a parameter of the redirect URI. */
  readonly state_in_redirect_uri?: boolean
  /** Words of the provider that mean `access_denied`. */
  readonly declined?: readonly string[]
  /** Seconds that a code lives, where that is so short that it explains a refusal. */
  readonly code_lifetime?: number
  readonly endpoints?: CallbackEndpoints
}

/**
 * Endpoints that follow from the callback, as where the person's account lives in one of several regions. They serve
 * the code, every refresh and the revocation of this grant.
 */
export interface CallbackEndpoints {
  /** The callback's parameter. It is kept in the grant's `metadata`. Without it, the definition's own endpoints serve. */
  readonly parameter: string
  /** Regular expression that its whole value must match: the list of hosts that may get a code and a secret. */
  readonly pattern: string
  /** Addresses with `{value}` in them. */
  readonly token_endpoint: string
  readonly refresh_endpoint?: string
  readonly revocation_endpoint?: string
}
