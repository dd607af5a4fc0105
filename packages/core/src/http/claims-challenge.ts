/**
 * What an API wants proved before it takes a token, read from the `WWW-Authenticate` header of its 401: the `claims` of
 * a challenge, as JSON. Give it to `beginAuthorization` as `claims`; a refresh cannot meet it. Undefined when the header
 * has none, or none that can be read. Microsoft encodes it by base64, also without padding.
 *
 * @example
 * ```ts
 * import { beginAuthorization, type Client, claimsChallenge } from '@evergrant/core'
 *
 * async function stepUp(client: Client, refused: Response, redirect_uri: string) {
 *   const claims = claimsChallenge(refused.headers.get('www-authenticate'))
 *   return claims === undefined ? undefined : beginAuthorization(client, { grant: 'alice', redirect_uri, claims })
 * }
 * ```
 */
export function claimsChallenge(header: string | null | undefined): string | undefined {
  const found = /(?:^|[\s,])claims="([^"]+)"/i.exec(header ?? '')?.[1]
  if (found === undefined) return undefined
  try {
    const bytes = Uint8Array.from(atob(found.replaceAll('-', '+').replaceAll('_', '/')), (one) => one.charCodeAt(0))
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    const claims: unknown = JSON.parse(text)
    return typeof claims === 'object' && claims !== null ? text : undefined
  } catch {
    return undefined
  }
}
