import { isOAuthError, OAuthError, type Provider, type ProviderDefinition, resolveProvider } from '@evergrant/core'
import type { ClientSettings } from './client-settings.ts'
import { UsageError } from './usage-error.ts'

/** Looks a provider up in the catalogue, fills its parameters in, and replaces the addresses that are given. */
export type Catalogue = (
  id: string,
  values: Readonly<Record<string, string>>,
  given: Pick<ClientSettings, 'issuer' | 'authorization_endpoint' | 'token_endpoint'>,
) => Promise<Provider>

/**
 * The provider that the settings name: an entry of the catalogue, an issuer that publishes its metadata, or
 * endpoints given by hand. Given endpoints win over the entry's.
 */
export async function clientProvider(settings: ClientSettings, catalogue: Catalogue): Promise<Provider> {
  const { provider, issuer, authorization_endpoint, token_endpoint, values = {} } = settings
  const given = {
    ...(issuer === undefined ? {} : { issuer }),
    ...(authorization_endpoint === undefined ? {} : { authorization_endpoint }),
    ...(token_endpoint === undefined ? {} : { token_endpoint }),
  }
  if (provider !== undefined) {
    // Some entries take their issuer as a parameter.
    try {
      const known = await catalogue(provider, { ...(issuer === undefined ? {} : { issuer }), ...values }, given)
      return knowing(known, values)
    } catch (error) {
      throw withOption(error)
    }
  }
  const address = issuer ?? token_endpoint ?? authorization_endpoint
  if (address === undefined) {
    throw new UsageError(
      'Which provider? Nothing names one.',
      'Give --provider <id>, --issuer <url>, or --token-endpoint <url>. `evergrant providers list` shows the ids.',
    )
  }
  const definition: ProviderDefinition = {
    // Nobody gave this provider a name: its address tells it apart from others.
    id: address,
    name: URL.canParse(address) ? new URL(address).host : address,
    ...given,
    // RFC 6749 §2.3.1: every server that gives out secrets takes them by Basic; the request body is optional.
    client_auth: ['client_secret_basic', 'client_secret_post', 'none'],
  }
  return knowing(resolveProvider(definition, values), values)
}

/** A parameter that is missing or wrong, with the option that gives it. */
function withOption(error: unknown): unknown {
  if (!isOAuthError(error) || (error.code !== 'MISSING_PARAMETER' && error.code !== 'INVALID_PARAMETER')) return error
  const advice = 'Give it with --set <name>=<value>; the message has the name in brackets, and an example.'
  const guidance = { class: error.class, who: error.who, advice }
  return new OAuthError(error.code, error.message, { ...error, cause: error.cause, guidance })
}

/** A misspelt parameter would otherwise be ignored, and another tenant asked than the one that was meant. */
function knowing(provider: Provider, values: Readonly<Record<string, string>>): Provider {
  const names = Object.keys(provider.parameters ?? {})
  const unknown = Object.keys(values).find((name) => !names.includes(name))
  if (unknown === undefined) return provider
  const has = names.length === 0 ? 'It has none.' : `It has: ${names.join(', ')}.`
  throw new UsageError(`${provider.name} has no parameter "${unknown}".`, has)
}
