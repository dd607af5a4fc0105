/** What sealed values of the server's own tables are bound to; a value that was copied elsewhere does not open. */
export const sealedPlaces = {
  connectionSecret: (id: string): string => `connections\n${id}\nclient_secret`,
  formerSecret: (id: string): string => `connections\n${id}\nformer_secret`,
  pendingAuthorization: (stateHash: string): string => `pending_authorizations\n${stateHash}\npending`,
  pendingSignIn: (stateHash: string): string => `pending_sign_ins\n${stateHash}\npending`,
  webhookSecret: (id: string): string => `webhooks\n${id}\nsecret`,
  formerWebhookSecret: (id: string): string => `webhooks\n${id}\nformer_secret`,
  /** A value of the table `meta`, by its name. */
  meta: (name: string): string => name,
} as const

/** The values of `meta` that are sealed. */
export const sealedMeta = {
  keyCheck: 'sealing_key_check',
  sandboxState: 'sandbox_state',
  auditKey: 'audit_key',
} as const
