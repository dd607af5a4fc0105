import type { ProviderDefinition } from '@evergrant/core'
import { ClientAuth, type Provider } from '../contract/index.ts'

/** Methods that need nothing but a secret, or none: those that a connection can have. */
const OFFERED: readonly string[] = ClientAuth.anyOf.map((method) => method.const)

export function isOffered(method: string): method is ClientAuth {
  return OFFERED.includes(method)
}

/** Names of the parameters that a connection may have. The issuer is a field of its own, not one of them. */
export function parameterNames({ parameters = {} }: ProviderDefinition): string[] {
  return Object.keys(parameters).filter((name) => name !== 'issuer')
}

/** A provider as the API shows it. */
export function providerView(definition: ProviderDefinition): Provider {
  const { id, name, parameters = {}, client_auth, default_scopes = [], features = [], docs, console } = definition
  return {
    id,
    name,
    parameters: Object.entries(parameters)
      .filter(([name]) => parameterNames(definition).includes(name))
      .map(([name, { title, help, pattern, default: standard, example, optional }]) => ({
        name,
        title,
        ...(help === undefined ? {} : { help }),
        ...(pattern === undefined ? {} : { pattern }),
        ...(standard === undefined ? {} : { default: standard }),
        ...(example === undefined ? {} : { example }),
        ...(optional === undefined ? {} : { optional }),
      })),
    client_auth: (client_auth ?? ['client_secret_post', 'client_secret_basic', 'none']).filter(isOffered),
    default_scopes: [...default_scopes],
    features: features.map((feature) => ({ ...feature, scopes: [...feature.scopes] })),
    ...(docs === undefined ? {} : { docs }),
    ...(console === undefined ? {} : { console }),
    needs_issuer: 'issuer' in parameters,
  }
}
