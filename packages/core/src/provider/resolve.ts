import { OAuthError } from '../errors.ts'
import { assertSecureUrl } from '../http/secure-url.ts'
import type { ProviderDefinition } from './definition.ts'

/** A provider definition with its parameters filled in. */
export interface Provider extends ProviderDefinition {
  /** The parameter values in force, such as `{ tenant: 'contoso.com' }`. */
  readonly values: Readonly<Record<string, string>>
}

/** The fields that hold addresses, and so may hold `{parameter}`. */
export const ADDRESSES = [
  'issuer',
  'authorization_endpoint',
  'token_endpoint',
  'revocation_endpoint',
  'introspection_endpoint',
  'userinfo_endpoint',
  'device_authorization_endpoint',
  'jwks_uri',
  'registration_endpoint',
  'backchannel_authentication_endpoint',
  'pushed_authorization_request_endpoint',
] as const

/**
 * Checks that every address of a provider is https, or plain http on a loopback host (RFC 9700 §2.6).
 * Throws `INSECURE_URL` or `INVALID_ARGUMENT`, naming the field.
 */
export function assertSecureAddresses(provider: ProviderDefinition): void {
  for (const field of ADDRESSES) {
    const address = provider[field]
    if (address !== undefined) assertSecureUrl(address, `${provider.name}: ${field}`)
  }
}

function hostOf({ issuer, token_endpoint }: Partial<Record<(typeof ADDRESSES)[number], string>>): string | undefined {
  const address = issuer ?? token_endpoint
  return address !== undefined && URL.canParse(address) ? new URL(address).host : undefined
}

/**
 * Fills a definition's parameters in. Every value is checked against its pattern before it goes into an address,
 * and every address must be https (plain http for loopback hosts only).
 *
 * Throws `MISSING_PARAMETER`, `INVALID_PARAMETER`, `INSECURE_URL` or `MISSING_ENDPOINT`; the message shows an example.
 */
export function resolveProvider(
  definition: ProviderDefinition,
  given: Readonly<Record<string, string | undefined>> = {},
): Provider {
  const values: Record<string, string> = {}
  for (const [name, parameter] of Object.entries(definition.parameters ?? {})) {
    const value = given[name] || parameter.default
    const example = parameter.example === undefined ? '' : `, for example ${parameter.example}`
    if (value === undefined && parameter.optional === true) continue
    if (value === undefined) {
      throw new OAuthError(
        'MISSING_PARAMETER',
        `${definition.name} needs its ${parameter.title} (${name})${example}.`,
        {
          provider: definition.id,
        },
      )
    }
    if (!new RegExp(`^(?:${parameter.pattern ?? '[A-Za-z0-9][A-Za-z0-9._-]*'})$`).test(value)) {
      const message = `"${value}" cannot be the ${parameter.title} (${name}) of ${definition.name}${example}.`
      throw new OAuthError('INVALID_PARAMETER', message, { provider: definition.id })
    }
    values[name] = value
  }
  const filled: Record<string, string> = {}
  for (const field of ADDRESSES) {
    const template = definition[field]
    if (template === undefined) continue
    const unfilled = [...template.matchAll(/\{(\w+)\}/g)].some(
      ([, name = '']) => definition.parameters?.[name]?.optional && !(name in values),
    )
    if (unfilled) continue
    const address = template.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole)
    if (field !== 'issuer' || definition.issuer_rule !== 'tenant')
      assertSecureUrl(address, `${definition.name}: ${field}`)
    filled[field] = address
  }
  const plain = Object.entries(definition).filter(([field]) => !(ADDRESSES as readonly string[]).includes(field))
  const rest = Object.fromEntries(plain) as unknown as ProviderDefinition
  const name = definition.named_by_host ? (hostOf(filled) ?? definition.name) : definition.name
  const provider: Provider = { ...rest, ...filled, name, values }
  if (provider.issuer === undefined && provider.token_endpoint === undefined) {
    throw new OAuthError('MISSING_ENDPOINT', `${provider.name} needs an issuer or a token endpoint.`, {
      provider: provider.id,
    })
  }
  return provider
}
