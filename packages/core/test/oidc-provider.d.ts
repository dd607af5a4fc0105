/** The part of oidc-provider that our tests use; the package has no types of its own. */
declare module 'oidc-provider' {
  import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'

  export interface Context {
    readonly req: IncomingMessage
    readonly oidc: {
      readonly client: ServedClient
      readonly params: Record<string, string | undefined>
      readonly entities: Record<string, unknown>
      entity(kind: string, value: unknown): void
    }
    body: unknown
  }

  export interface ServedClient {
    readonly clientId: string
    grantTypeAllowed(type: string): boolean
  }

  export interface Configuration {
    readonly clients?: readonly Record<string, unknown>[]
    readonly features?: Readonly<Record<string, unknown>>
    readonly findAccount?: (context: Context, id: string) => unknown
    readonly issueRefreshToken?: (context: Context, client: ServedClient) => Promise<boolean>
    readonly [setting: string]: unknown
  }

  interface Details {
    readonly prompt: { readonly name: string; readonly details: unknown }
    readonly params: Record<string, unknown>
    readonly session?: { readonly accountId: string }
  }

  interface SavedToken {
    save(): Promise<string>
    scope: string
  }

  export interface ServedGrant {
    addOIDCScope(scope: string): void
    addResourceScope(resource: string, scope: string): void
    addRar(detail: unknown): void
    save(): Promise<string>
  }

  export default class Provider {
    constructor(issuer: string, configuration: Configuration)
    readonly Grant: new (fields: {
      accountId: string
      clientId: string
    }) => ServedGrant
    readonly AccessToken: (new (
      fields: object,
    ) => SavedToken) & {
      find(value: string): Promise<(Record<string, unknown> & { destroy(): Promise<void> }) | undefined>
    }
    readonly RefreshToken: new (
      fields: object,
    ) => SavedToken
    callback(): RequestListener
    on(event: 'server_error', listener: (context: Context, error: Error) => void): void
    interactionDetails(request: IncomingMessage, response: ServerResponse): Promise<Details>
    interactionFinished(request: IncomingMessage, response: ServerResponse, result: object): Promise<void>
    registerGrantType(
      name: string,
      handler: (context: Context) => Promise<void>,
      parameters: readonly string[],
      duplicates?: readonly string[],
    ): void
    backchannelResult(request: unknown, result: unknown, options?: object): Promise<void>
  }
}
