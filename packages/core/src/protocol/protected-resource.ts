import * as oauth from 'oauth4webapi'
import { readAnswer } from '../answer/answer-body.ts'
import { OAuthError } from '../errors.ts'
import { requestOptions } from '../http/exchange.ts'
import { type Http, http } from '../http/http.ts'
import { assertSecureUrl } from '../http/secure-url.ts'
import { transportError } from '../http/transport-error.ts'
import { metadataMissing, metadataUnread } from './metadata-failure.ts'

/** What a resource server says about itself (RFC 9728 §2). */
export interface ProtectedResource {
  /** The resource's identifier: equal to the address that was asked. */
  readonly resource: string
  /** Issuers whose tokens it takes. */
  readonly authorization_servers: readonly string[]
  readonly scopes_supported: readonly string[]
  readonly raw: Readonly<Record<string, unknown>>
}

/**
 * The metadata of a resource server (RFC 9728): which authorization servers it trusts, and for which scopes. Its
 * `resource` must be the very address that was asked (§3.3), or another server could send you to its own login.
 *
 * Throws `DISCOVERY_FAILED`, `ISSUER_MISMATCH` and `INSECURE_URL`, and a transient error while the server has trouble.
 *
 * @example
 * ```ts
 * import { protectedResource, resolveProvider } from '@evergrant/core'
 *
 * async function providerOf(resource: string) {
 *   const { authorization_servers } = await protectedResource(resource)
 *   const [issuer] = authorization_servers
 *   return issuer === undefined ? undefined : resolveProvider({ id: 'found', name: new URL(issuer).host, issuer })
 * }
 * ```
 */
export async function protectedResource(resource: string, given?: Partial<Http>): Promise<ProtectedResource> {
  const transport = http(given)
  const url = assertSecureUrl(resource, 'resource')
  const { host } = url
  const body = await (async () => {
    try {
      const response = await oauth.resourceDiscoveryRequest(url, requestOptions(transport))
      return await readAnswer(response, transport.maxAnswer, transport.clock.now())
    } catch (error) {
      throw metadataUnread(transportError(error, host, host, transport.deadline), `The metadata of ${host}`, {})
    }
  })()
  const { status, fields } = body
  if (status !== 200 || fields === undefined) {
    const message = `${host} publishes no metadata for protected resources (RFC 9728; HTTP ${status}).`
    throw metadataMissing(body, message, {})
  }
  const named = fields['resource']
  if (typeof named !== 'string' || !URL.canParse(named) || new URL(named).href !== url.href) {
    const message = `${resource} was asked, but its metadata is about "${String(named).slice(0, 200)}" (RFC 9728 §3.3).`
    throw new OAuthError('ISSUER_MISMATCH', message)
  }
  const authorization_servers = texts(fields['authorization_servers'])
  for (const issuer of authorization_servers) assertSecureUrl(issuer, `${host}: authorization server`)
  return { resource, authorization_servers, scopes_supported: texts(fields['scopes_supported']), raw: fields }
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}
