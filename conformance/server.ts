/** A client as the tests register it. */
export interface ServerClient {
  readonly client_id: string
  readonly client_secret?: string
  readonly redirect_uris: readonly string[]
  readonly client_auth: 'client_secret_basic' | 'client_secret_post' | 'none'
}

export interface ServerOptions {
  readonly clients: readonly ServerClient[]
  readonly scopes: readonly string[]
}

/** An authorization server that the flows are run against, with a person in front of it. */
export interface Server {
  readonly issuer: string
  /** Consents as this person; answers the callback URL. */
  approve(url: string, username: string): Promise<string>
  /** Declines; answers the callback URL. */
  deny(url: string): Promise<string>
  close(): Promise<void>
}
