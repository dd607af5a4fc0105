import type { Cipher, Clock, GrantStore } from '@evergrant/core'
import type { FastifyBaseLogger } from 'fastify'
import type { Kysely } from 'kysely'
import type { Changes } from './changes/changes.ts'
import type { Tables } from './db/tables.ts'
import type { MailSender } from './notices/mail-sender.ts'
import type { EmbeddedSandbox } from './sandbox/embedded-sandbox.ts'
import type { AddressPolicy } from './security/address-policy.ts'
import type { PasswordCost } from './security/password.ts'
import type { ServerTelemetry } from './telemetry/server-telemetry.ts'

/** What the server is made of; `main.ts` chooses. */
export interface Deps {
  readonly db: Kysely<Tables>
  /** Seals what it is given. */
  readonly store: GrantStore
  readonly cipher: Cipher
  readonly clock: Clock
  /** What passes between the servers on one database. Undefined: this one is alone on it. */
  readonly changes?: Changes | undefined
  readonly logger: FastifyBaseLogger
  /** The address that people and providers see, without a trailing slash. Redirect URIs come from it alone. */
  readonly publicUrl: string
  readonly version: string
  /** How providers are asked. */
  readonly fetch?: typeof fetch | undefined
  /** Which addresses providers may have. Default: public ones, and this machine's when only it reaches the server. */
  readonly addresses?: AddressPolicy | undefined
  /** How people get mail from the server. Undefined: they get none. */
  readonly mail?: MailSender | undefined
  /** The embedded practice provider, mounted at `/sandbox`. */
  readonly sandbox?: EmbeddedSandbox | undefined
  /** Folder of the built page. */
  readonly page?: string | undefined
  readonly passwordCost?: PasswordCost | undefined
  /** Addresses of proxies whose `X-Forwarded-For` is believed. */
  readonly trustProxy?: string | undefined
  /** OpenTelemetry, while somebody collects. */
  readonly telemetry?: ServerTelemetry | undefined
  /** What a reader of the metrics has to show. Undefined: they are for this machine alone. */
  readonly metricsToken?: string | undefined
}
