import type { ProviderDefinition } from '@evergrant/core'
import { type CatalogueEntry, type ProviderSummary as Line, setupGuide } from '@evergrant/providers'
import { ClientAuth, type Provider, type ProviderSummary } from '../contract/index.ts'

/** Methods that need nothing but a secret, or none: those that a connection can have. */
const OFFERED: readonly string[] = ClientAuth.anyOf.map((method) => method.const)

export function isOffered(method: string): method is ClientAuth {
  return OFFERED.includes(method)
}

/** Names of the parameters that a connection may have. The issuer is a field of its own, not one of them. */
export function parameterNames({ parameters = {} }: ProviderDefinition): string[] {
  return Object.keys(parameters).filter((name) => name !== 'issuer')
}

/** A line of the catalogue's index as the API shows it. */
export function providerSummary({
  id,
  name,
  aliases = [],
  categories = [],
  confidence,
  status = 'active',
  environment,
}: Line): ProviderSummary {
  return {
    id,
    name,
    aliases: [...aliases],
    categories: [...categories],
    confidence,
    status,
    sandbox: environment === 'sandbox',
  }
}

/** A provider as the API shows it. `public_url`: the address of this server. */
export async function providerView(entry: CatalogueEntry, public_url: string): Promise<Provider> {
  // Each connection has a redirect URI of its own, which is known when it is saved.
  const { title, steps } = await setupGuide(entry, { redirect_uri: '{redirect_uri}', origin: public_url })
  const { id, name, aliases = [], categories = [], confidence, status = 'active', parameters = {}, client_auth } = entry
  const { default_scopes = [], features = [], notes = [], sources = [], docs, console } = entry
  const methods = (client_auth ?? ['client_secret_post', 'client_secret_basic', 'none']).filter(isOffered)
  return {
    id,
    name,
    aliases: [...aliases],
    categories: [...categories],
    confidence,
    status,
    parameters: Object.entries(parameters)
      .filter(([parameter]) => parameterNames(entry).includes(parameter))
      .map(([parameter, { title, help, pattern, values, default: standard, example, optional }]) => ({
        name: parameter,
        title,
        ...(help === undefined ? {} : { help }),
        ...(pattern === undefined ? {} : { pattern }),
        ...(values === undefined ? {} : { values: [...values] }),
        ...(standard === undefined ? {} : { default: standard }),
        ...(example === undefined ? {} : { example }),
        ...(optional === undefined ? {} : { optional }),
      })),
    client_auth: methods,
    default_scopes: [...default_scopes],
    features: features.map((feature) => ({ ...feature, scopes: [...feature.scopes] })),
    ...(docs === undefined ? {} : { docs }),
    ...(console === undefined ? {} : { console }),
    consent: entry.authorization_endpoint !== undefined || entry.issuer !== undefined,
    hosts: hostsOf(entry),
    needs_issuer: 'issuer' in parameters,
    notes: [...(entry.status_note === undefined ? [] : [entry.status_note]), ...notes],
    sources: [...sources],
    guide: { title, steps: steps.map((step) => ({ ...step })) },
  }
}

/** Parameters may be a part of a host, so these are no addresses yet that could be parsed. */
function hostsOf(entry: CatalogueEntry): string[] {
  const addresses = Object.entries(entry).filter(([field]) => field === 'issuer' || field.endsWith('_endpoint'))
  const hosts = addresses.flatMap(([, address]) => /^https?:\/\/([^/?#]+)/.exec(String(address))?.[1] ?? [])
  return [...new Set(hosts)]
}
