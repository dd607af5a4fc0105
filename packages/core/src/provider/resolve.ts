import { OAuthError } from '../errors.ts'
import { assertSecureUrl } from '../http/secure-url.ts'
import { type Abilities, abilities } from './abilities.ts'
import { ADDRESSES } from './addresses.ts'
import { allAbilities } from './all-abilities.ts'
import type { ProviderDefinition, ProviderParameter } from './definition.ts'
import type { Deviation, DeviationRegistry } from './deviation.ts'

/** A provider definition with its parameters filled in. */
export interface Provider extends ProviderDefinition {
  /** The parameter values in force, such as `{ tenant: 'contoso.com' }`. */
  readonly values: Readonly<Record<string, string>>
  /** The functions of {@link ProviderDefinition.deviations}, in their order. */
  readonly hooks?: readonly Deviation[]
  /**
   * The functions that follow the definition's rules. {@link resolveProvider} brings them, spreading keeps them, and JSON
   * loses them: a provider without them may only have endpoints and what goes with these, else `defineClient` refuses it.
   */
  readonly [abilities]?: Abilities
}

/** What {@link resolveProvider} takes beside definition and values. */
export interface ResolveOptions {
  /** The functions that the definition may name; those of this project are in `@evergrant/providers`. */
  readonly deviations?: DeviationRegistry | undefined
  /** Names of the definition's optional parameters that are wanted. */
  readonly optional?: readonly string[] | undefined
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
 * Throws `NOT_SUPPORTED` when the definition names a deviation that `options.deviations` does not have.
 */
export function resolveProvider(
  definition: ProviderDefinition,
  given: Readonly<Record<string, string | undefined>> = {},
  { deviations = {}, optional = [] }: ResolveOptions = {},
): Provider {
  const { id, name, parameters = {} } = definition
  const values: Record<string, string> = {}
  for (const [key, parameter] of Object.entries(parameters)) {
    const value = parameterValue(definition, key, parameter, given[key])
    if (value !== undefined) values[key] = value
  }
  const filled: Record<string, unknown> = {}
  for (const [field, template] of Object.entries(definition)) {
    const value = AS_WRITTEN.has(field) ? template : fill(template, values, parameters)
    if (value !== undefined) filled[field] = value
  }
  const called = definition.named_by_host ? (hostOf(filled) ?? definition.name) : definition.name
  const provider: Provider = {
    ...(filled as unknown as ProviderDefinition),
    ...wanted(filled as unknown as ProviderDefinition, optional),
    name: called,
    values,
    [abilities]: allAbilities,
  }
  for (const [field, address] of addresses(provider)) {
    if (field !== 'issuer' || provider.issuer_rule !== 'tenant') assertSecureUrl(address, `${name}: ${field}`)
  }
  if (provider.issuer === undefined && provider.token_endpoint === undefined)
    throw new OAuthError('MISSING_ENDPOINT', `${name} needs an issuer or a token endpoint.`, { provider: id })
  const hooks = Object.entries(provider.deviations ?? {}).map(([deviation, settings]) => {
    const make = Object.hasOwn(deviations, deviation) ? deviations[deviation] : undefined
    if (make !== undefined) return make(settings)
    const message = `${name} deviates by "${deviation}", and there is no function of that name here. Those of this project come with @evergrant/providers.`
    throw new OAuthError('NOT_SUPPORTED', message, { provider: id })
  })
  return hooks.length === 0 ? provider : { ...provider, hooks }
}

/** Fields in which braces mean nothing. */
const AS_WRITTEN = new Set(['id', 'name', 'parameters', 'advice'])

function parameterValue(
  { id: provider, name }: ProviderDefinition,
  key: string,
  { title, help, pattern, values, default: usual, optional, example }: ProviderParameter,
  given: string | undefined,
): string | undefined {
  const value = given || usual
  const shown = example ?? values?.join(', ')
  const hint = shown === undefined ? '' : `, for example ${shown}`
  const where = help === undefined ? '' : ` ${help}`
  if (value === undefined) {
    if (optional === true) return undefined
    throw new OAuthError('MISSING_PARAMETER', `${name} needs its ${title} (${key})${hint}.${where}`, { provider })
  }
  const allowed = pattern ?? (values === undefined ? '[A-Za-z0-9][A-Za-z0-9._-]*' : '.*')
  if (new RegExp(`^(?:${allowed})$`).test(value) && values?.includes(value) !== false) return value
  const message = `"${value}" cannot be the ${title} (${key}) of ${name}${hint}.`
  throw new OAuthError('INVALID_PARAMETER', message, { provider })
}

/**
 * The template with the values in it, through lists and objects. Undefined, and left out of what it stands in, when an
 * optional parameter has no value. Braces around other names stay: they are filled in at run time, or mean nothing.
 */
function fill(
  template: unknown,
  values: Readonly<Record<string, string>>,
  known: Readonly<Record<string, ProviderParameter>>,
): unknown {
  if (typeof template === 'string') {
    const names = [...template.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
    if (names.some((name) => Object.hasOwn(known, name) && !Object.hasOwn(values, name))) return undefined
    return template.replace(/\{(\w+)\}/g, (whole, name: string) =>
      Object.hasOwn(values, name) ? (values[name] ?? whole) : whole,
    )
  }
  if (typeof template !== 'object' || template === null) return template
  if (Array.isArray(template)) return template.map((one) => fill(one, values, known)).filter((one) => one !== undefined)
  const parts = Object.entries(template).map(([name, part]) => [name, fill(part, values, known)] as const)
  return Object.fromEntries(parts.filter(([, part]) => part !== undefined))
}

/** The extra parameters with the optional ones that were asked for. */
function wanted(of: ProviderDefinition, names: readonly string[]): Partial<ProviderDefinition> {
  if (names.length === 0) return {}
  const chosen = (all: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> =>
    Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name)))
  return {
    authorization_params: { ...of.authorization_params, ...chosen(of.optional_authorization_params) },
    token_params: { ...of.token_params, ...chosen(of.optional_token_params) },
  }
}

/** Every address that a request may go to. */
function addresses(of: ProviderDefinition): [field: string, address: string][] {
  const all: [string, string | undefined][] = [
    ...ADDRESSES.map((field): [string, string | undefined] => [field, of[field]]),
    ['refresh_endpoint', of.refresh_endpoint],
    ['client_credentials.endpoint', of.client_credentials?.endpoint],
    ['long_lived.endpoint', of.long_lived?.endpoint],
    ['revocation.endpoint', of.revocation?.endpoint],
    ...(of.follow_up ?? []).map(({ url }): [string, string] => ['follow_up', url]),
  ]
  return all.filter((one): one is [string, string] => one[1] !== undefined)
}
