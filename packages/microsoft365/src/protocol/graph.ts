import { OAuthError } from '@evergrant/core'
import { scopeHelpers } from '../scopes.ts'
import { Protocol, type ProtocolOptions } from './protocol.ts'

/** What {@link MSGraphProtocol} takes. */
export interface GraphOptions extends ProtocolOptions {
  /** `v1.0` (default) or `beta`. */
  readonly apiVersion?: 'v1.0' | 'beta' | (string & {}) | undefined
  /**
   * Origin of Microsoft Graph in a national cloud, such as `https://graph.microsoft.us` or
   * `https://microsoftgraph.chinacloudapi.cn`. Scopes begin with it too.
   *
   * @see https://learn.microsoft.com/graph/deployments
   */
  readonly host?: string | undefined
}

/**
 * Microsoft Graph.
 *
 * @example
 * ```ts
 * import { MSGraphProtocol } from '@evergrant/microsoft365'
 *
 * new MSGraphProtocol({ apiVersion: 'beta', timezone: 'Europe/Berlin' }).graphUrl // https://graph.microsoft.com/beta/
 * ```
 */
export class MSGraphProtocol extends Protocol {
  constructor({ host = 'https://graph.microsoft.com', ...options }: GraphOptions = {}) {
    const origin = `${host.replace(/\/+$/, '')}/`
    super({ ...options, protocolUrl: origin, scopePrefix: origin, maxTop: 999 })
  }

  /**
   * Scopes by helper names or Microsoft Graph's own. Throws `INVALID_ARGUMENT` for what is neither, such as a helper's name
   * that is misspelt: all permissions of Graph have a point in them.
   */
  override scopes(requested: string | readonly string[]): string[] {
    const scopes = super.scopes(requested)
    const wrong = scopes.find(
      (name) => name.startsWith(this.scopePrefix) && !name.slice(this.scopePrefix.length).includes('.'),
    )
    if (wrong === undefined) return scopes
    const message = `"${wrong.slice(this.scopePrefix.length)}" is no permission of Microsoft Graph, such as Mail.Read, and none of the names for several: ${Object.keys(scopeHelpers).join(', ')}.`
    throw new OAuthError('INVALID_ARGUMENT', message, { outcome: 'not_sent' })
  }

  /** Base address of Microsoft Graph, with the version and a slash at the end. */
  get graphUrl(): string {
    return this.serviceUrl
  }
}
