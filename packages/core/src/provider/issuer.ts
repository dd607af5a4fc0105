import type { ProviderDefinition } from './definition.ts'

/** The issuer that everything from the provider must name; undefined when it differs by tenant, region or is unknown. */
export function exactIssuer(
  of: Pick<ProviderDefinition, 'issuer' | 'issuer_rule' | 'issuer_pattern'>,
): string | undefined {
  return of.issuer_rule === 'tenant' || of.issuer_pattern !== undefined ? undefined : of.issuer
}

/** Whether the provider's pattern, if it has one, takes this issuer. */
export function mayBeIssuer({ issuer_pattern }: Pick<ProviderDefinition, 'issuer_pattern'>, issuer: string): boolean {
  return issuer_pattern === undefined || new RegExp(`^(?:${issuer_pattern})$`).test(issuer)
}
