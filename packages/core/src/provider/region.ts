import { OAuthError } from '../errors.ts'
import { assertSecureUrl } from '../http/secure-url.ts'
import type { CallbackEndpoints } from './callback-rules.ts'
import type { Provider } from './resolve.ts'

/** The endpoints of one grant that differ from the definition's. */
export type RegionalEndpoints = Partial<
  Pick<CallbackEndpoints, 'token_endpoint' | 'refresh_endpoint' | 'revocation_endpoint'>
>

/**
 * The endpoints that follow from what the callback said. The value came through a browser, and a code and a secret go
 * where it points: it must match the pattern, also when it comes back from a store. Throws `CALLBACK_INVALID`.
 */
export function regionalEndpoints(
  provider: Provider,
  metadata: Readonly<Record<string, unknown>> = {},
): RegionalEndpoints {
  const rules = provider.callback?.endpoints
  const value = rules === undefined ? undefined : metadata[rules.parameter]
  if (rules === undefined || value === undefined) return {}
  if (typeof value !== 'string' || !new RegExp(`^(?:${rules.pattern})$`).test(value)) {
    const message = `The callback of ${provider.name} names another ${rules.parameter} than the provider has. Nothing was sent there.`
    throw new OAuthError('CALLBACK_INVALID', message, { provider: provider.id, outcome: 'not_sent' })
  }
  const { token_endpoint, refresh_endpoint, revocation_endpoint } = rules
  const all = Object.entries({ token_endpoint, refresh_endpoint, revocation_endpoint }).flatMap(([name, template]) => {
    if (template === undefined) return []
    const address = template.replaceAll('{value}', value)
    assertSecureUrl(address, `${provider.name}: ${name}`)
    return [[name, address]]
  })
  return Object.fromEntries(all)
}
