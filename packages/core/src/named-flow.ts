import { OAuthError } from './errors.ts'

/** A way to get tokens as a library's users know it, by a name of theirs. */
export interface NamedFlow<Settings extends object, Result> {
  /** Settings that must be there, and not empty. */
  readonly needs: readonly (keyof Settings & string)[]
  run(settings: Settings): Result
}

/**
 * Runs the flow of this name. For libraries that offer flows under names of their own, each with its settings, its
 * client authentication and its defaults.
 *
 * Throws `INVALID_ARGUMENT` with the names there are for another one, and `MISSING_PARAMETER` with every setting that is
 * missing; nothing was done then.
 *
 * @example
 * ```ts
 * import { ClientSecretBasic, ClientSecretPost, clientCredentialsFlow, defineClient } from '@evergrant/core'
 * import { memoryStore, namedFlow, type Provider, type TokenSource, tokenSource } from '@evergrant/core'
 *
 * interface Settings {
 *   readonly client_id?: string
 *   readonly client_secret?: string
 * }
 *
 * export function connector(provider: Provider, name: string, settings: Settings): TokenSource {
 *   const source = ({ client_id = '', client_secret = '' }: Settings, authentication: typeof ClientSecretPost) => {
 *     const client = defineClient({ provider, client_id, client_auth: authentication(client_secret) })
 *     return tokenSource(client_id, { client, store: memoryStore(), flow: clientCredentialsFlow() })
 *   }
 *   const needs = ['client_id', 'client_secret'] as const
 *   const flows = {
 *     backend_app_flow: { needs, run: (given: Settings) => source(given, ClientSecretBasic) },
 *     client_credentials_grant: { needs, run: (given: Settings) => source(given, ClientSecretPost) },
 *   }
 *   return namedFlow(flows, name, settings)
 * }
 * ```
 */
export function namedFlow<Settings extends object, Result>(
  flows: Readonly<Record<string, NamedFlow<Settings, Result>>>,
  name: string,
  settings: Settings,
): Result {
  const flow = Object.hasOwn(flows, name) ? flows[name] : undefined
  if (flow === undefined) {
    const message = `There is no flow "${name}"; there are: ${Object.keys(flows).join(', ')}.`
    throw new OAuthError('INVALID_ARGUMENT', message, { outcome: 'not_sent' })
  }
  const missing = flow.needs.filter((setting) => {
    const value: unknown = settings[setting]
    return value === undefined || value === null || (typeof value === 'string' && value.trim() === '')
  })
  if (missing.length > 0) {
    const message = `${name} needs ${missing.join(', ')}.`
    throw new OAuthError('MISSING_PARAMETER', message, { outcome: 'not_sent' })
  }
  return flow.run(settings)
}
