/** What a request needs, as it stands in an OpenAPI document: alternatives, each of schemes that go together. */
export type SecurityRequirements = readonly Readonly<Record<string, readonly string[]>>[]

/** One of the addresses of an API. */
export interface ServerDescription {
  /** A name to choose it by: the document's, or made of its description. */
  readonly name: string
  /** With `{variables}`. */
  readonly url: string
  readonly description?: string | undefined
  readonly variables?: Readonly<Record<string, ServerVariable>> | undefined
}

/** One variable in a server's address. */
export interface ServerVariable {
  readonly default: string
  readonly enum?: readonly string[] | undefined
}

/** The flows that an OAuth 2.0 scheme can offer, by OpenAPI's names; `deviceAuthorization` is of OpenAPI 3.2. */
export type FlowName = 'authorizationCode' | 'clientCredentials' | 'password' | 'implicit' | 'deviceAuthorization'

/** One flow: its addresses are absolute. */
export interface FlowDescription {
  readonly authorizationUrl?: string | undefined
  readonly tokenUrl?: string | undefined
  readonly refreshUrl?: string | undefined
  readonly deviceAuthorizationUrl?: string | undefined
  /** Scopes and what they allow. */
  readonly scopes: Readonly<Record<string, string>>
}

/** A security scheme, without credentials. */
export type SchemeDescription = { readonly description?: string | undefined } & (
  | { readonly type: 'apiKey'; readonly in: 'header' | 'query' | 'cookie'; readonly name: string }
  | { readonly type: 'http'; readonly scheme: string }
  | { readonly type: 'oauth2'; readonly flows: Readonly<Partial<Record<FlowName, FlowDescription>>> }
  | { readonly type: 'openIdConnect'; readonly openIdConnectUrl: string }
  | { readonly type: 'mutualTLS' }
)

/** What an operation has beside the others. */
export interface OperationDescription {
  readonly security?: SecurityRequirements | undefined
  readonly servers?: readonly ServerDescription[] | undefined
}

/** What a client needs to know of an OpenAPI document: plain JSON, so that generated code carries just this. */
export interface ApiDescription {
  readonly title: string
  readonly servers: readonly ServerDescription[]
  readonly schemes: Readonly<Record<string, SchemeDescription>>
  /** What operations need that do not say otherwise; absent: nothing. */
  readonly security?: SecurityRequirements | undefined
  /** By method and path, such as `GET /pets`: those that differ in security or servers. */
  readonly operations: Readonly<Record<string, OperationDescription>>
}
