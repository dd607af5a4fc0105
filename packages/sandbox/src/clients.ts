/** A client as registered at the sandbox; the members are those of RFC 7591 §2. */
export interface SandboxClient {
  readonly client_id: string
  /** Absent: a public client. */
  readonly client_secret?: string | undefined
  /** The public key of a client that signs: its assertions, or the JWT bearer grants of a service account. */
  readonly jwk?: Readonly<Record<string, unknown>> | undefined
  /** The scopes that a service account may have for people, separated by spaces. Absent: none. */
  readonly delegated_scope?: string | undefined
  readonly client_name?: string | undefined
  /** Compared as exact strings; a loopback IP literal matches with any port (RFC 8252 §7.3). */
  readonly redirect_uris?: readonly string[] | undefined
  /** Absent: every grant type the sandbox knows (client_credentials for confidential clients only). */
  readonly grant_types?: readonly string[] | undefined
  /** Absent: basic or post for a client with a secret, none for one without. */
  readonly token_endpoint_auth_method?: 'client_secret_basic' | 'client_secret_post' | 'none' | undefined
  /** The scopes it may ask for, separated by spaces. Absent: any. */
  readonly scope?: string | undefined
}

export class Clients {
  readonly #clients = new Map<string, SandboxClient>()

  /** Adds the client, or replaces the one with the same id: that is how a test rotates a secret. */
  register(client: SandboxClient): void {
    if (client.client_id === '') throw new TypeError('A sandbox client needs a client_id')
    if (client.token_endpoint_auth_method?.startsWith('client_secret') && client.client_secret === undefined)
      throw new TypeError(`The sandbox client ${client.client_id} is to authenticate by a secret but has none`)
    for (const uri of client.redirect_uris ?? []) {
      if (!URL.canParse(uri) || uri.includes('#'))
        throw new TypeError(`The redirect URI ${uri} must be an absolute URI without a fragment (RFC 6749 §3.1.2)`)
    }
    this.#clients.set(client.client_id, client)
  }

  find(clientId: string | undefined): SandboxClient | undefined {
    return clientId === undefined ? undefined : this.#clients.get(clientId)
  }

  list(): SandboxClient[] {
    return [...this.#clients.values()]
  }
}

export function mayUse(client: SandboxClient, grantType: string): boolean {
  return client.grant_types?.includes(grantType) ?? true
}

/** Whether the redirect URI of a request is one of the client's. */
export function registeredRedirect(client: SandboxClient, requested: string): boolean {
  return (client.redirect_uris ?? []).some(
    (registered) => registered === requested || sameLoopback(registered, requested),
  )
}

// RFC 8252 §7.3 frees the port of loopback IP literals alone; `localhost` is a name that may resolve elsewhere (§8.3).
// Splitting the text, instead of comparing parsed URLs, keeps everything but the port an exact comparison.
const loopback = /^(http:\/\/(?:127\.0\.0\.1|\[::1\]))(?::\d{1,5})?((?:[/?].*)?)$/

function sameLoopback(registered: string, requested: string): boolean {
  const [, host, rest] = loopback.exec(registered) ?? []
  const [, requestedHost, requestedRest] = loopback.exec(requested) ?? []
  return host !== undefined && host === requestedHost && rest === requestedRest && URL.canParse(requested)
}
