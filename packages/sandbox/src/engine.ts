import type { IncomingHttpHeaders } from 'node:http'
import type { AccessTokens } from './access-tokens.ts'
import type { Clients } from './clients.ts'
import type { SandboxClock } from './clock.ts'
import type { Codes } from './codes.ts'
import type { Devices } from './devices.ts'
import type { Consents } from './entra/memory.ts'
import type { Answer } from './http-answer.ts'
import type { Imitated } from './imitation/imitated.ts'
import type { Interactions } from './interactions.ts'
import type { Parameters } from './parameters.ts'
import type { RefreshFamilies } from './refresh-families.ts'
import type { SandboxSettings } from './settings.ts'
import type { SigningKeys } from './signing-keys.ts'
import type { Users } from './users.ts'

/** What the sandbox knows; the endpoints are functions over it. */
export interface Engine {
  /** Without a trailing slash. */
  readonly issuer: string
  readonly clock: SandboxClock
  readonly settings: SandboxSettings
  readonly clients: Clients
  readonly users: Users
  readonly codes: Codes
  readonly interactions: Interactions
  readonly devices: Devices
  readonly families: RefreshFamilies
  readonly accessTokens: AccessTokens
  readonly keys: SigningKeys
  readonly imitated: Imitated
  /** Who consented to what at an emulated Entra ID. */
  readonly entra: Consents
}

export const endpoints = {
  discovery: '/.well-known/openid-configuration',
  metadata: '/.well-known/oauth-authorization-server',
  jwks: '/jwks',
  authorize: '/authorize',
  consent: '/consent',
  token: '/token',
  device_authorization: '/device_authorization',
  device: '/device',
  introspect: '/introspect',
  revoke: '/revoke',
  userinfo: '/userinfo',
  echo: '/api/echo',
} as const

/** The part of the sandbox a request went to; `unknown` for any other path. */
export type Endpoint = keyof typeof endpoints | 'unknown'

/** A request as the endpoints see it: read completely, not yet judged. */
export interface Exchange {
  readonly endpoint: Endpoint
  readonly method: string
  readonly path: string
  readonly query: Parameters
  /** Empty unless the body was form-encoded. */
  readonly form: Parameters
  readonly body: string
  readonly headers: IncomingHttpHeaders
  /** In whose name, where one server is several issuers. */
  readonly authority?: string | undefined
}

export type Handler = (exchange: Exchange, engine: Engine) => Answer | Promise<Answer>
