import type { ApiConfiguration, SchemeConfiguration } from './configuration.ts'
import { FIELDS, invalid, parsedConfiguration, SCHEME_FIELDS } from './parsed-configuration.ts'

/** Variables by name: `process.env`, or what a `.env` file holds. */
export type Variables = Readonly<Record<string, string | undefined>>

/** A configuration in part, for values that are known better than by anything else. */
export interface ConfigurationOverrides extends Omit<Partial<ApiConfiguration>, 'schemes'> {
  readonly schemes?: Readonly<Record<string, Readonly<Record<string, unknown>>>> | undefined
}

/** How {@link configurationFromEnvironment} reads. */
export interface EnvironmentOptions {
  /** Where variables stand, the first wins: usually `[process.env, await dotenv('.env')]`. */
  readonly variables: readonly Variables[]
  /** Before every name, such as `PETS_`. Default: nothing. */
  readonly prefix?: string | undefined
  /** What wins over all variables. */
  readonly overrides?: ConfigurationOverrides | undefined
}

/**
 * A configuration whose credentials come from the environment. `shape`: what is known when the program is written, such
 * as which schemes there are. The scheme `petAuth` reads `PET_AUTH_CLIENT_ID`, `PET_AUTH_CLIENT_SECRET`,
 * `PET_AUTH_SCOPES` (separated by commas or blanks), `PET_AUTH_TOKEN`, `PET_AUTH_CLOCK_SKEW`, or `_USERNAME`, `_PASSWORD`,
 * `_VALUE`, as its kind has them; the client itself reads `BASE_URL`, `TIMEOUT` and `RETRIES`. {@link environmentName} tells
 * the name of each. An empty variable counts as not set. Overrides win over variables, and variables over the shape.
 *
 * Throws `INVALID_PARAMETER`, which names the variable and what is expected there, and never shows the value; also for a
 * variable that would be that of two schemes.
 *
 * @example
 * ```ts
 * import { apiClient, configurationFromEnvironment, configuredApi } from '@evergrant/core/api'
 * import { dotenv } from '@evergrant/core/node'
 *
 * async function pets() {
 *   const shape = { schemes: { petKey: { kind: 'key', in: 'header', name: 'X-Api-Key' } }, security: 'petKey' } as const
 *   const variables = [process.env, await dotenv('.env')]
 *   return apiClient(configuredApi(configurationFromEnvironment(shape, { variables, prefix: 'PETS_' })))
 * }
 * ```
 */
export function configurationFromEnvironment(shape: ApiConfiguration, options: EnvironmentOptions): ApiConfiguration {
  const { variables, prefix = '', overrides = {} } = options
  const owners = new Map<string, string>()
  const read = (
    fields: Readonly<Record<string, string>>,
    owner: string,
    nameOf: (field: string) => string,
  ): Record<string, unknown> => {
    const found: Record<string, unknown> = {}
    for (const [field, kind] of Object.entries(fields)) {
      const variable = `${prefix}${nameOf(field)}`
      const text = variables.map((each) => each[variable]?.trim()).find((value) => value)
      if (text === undefined || kind === 'object') continue
      const other = owners.get(variable)
      // The secret of one would go where the other's belongs.
      if (other !== undefined) throw invalid(variable, `a name that does not stand for both ${other} and ${owner}`)
      owners.set(variable, owner)
      found[field] = converted(variable, text, kind)
    }
    return found
  }
  const { security: _, ...top } = FIELDS
  const names = Object.keys(shape.schemes)
  const schemes = Object.entries(shape.schemes).map(([name, scheme]): [string, SchemeConfiguration] => {
    const { in: _in, name: _name, ...credentials } = SCHEME_FIELDS[scheme.kind]
    const given = Object.entries(overrides.schemes ?? {}).find(([own]) => own === name)?.[1]
    const set = read(credentials, name, (field) => environmentName(names, name, field))
    return [name, { ...scheme, ...set, ...given } as SchemeConfiguration]
  })
  const unknown = Object.keys(overrides.schemes ?? {}).find((name) => !names.includes(name))
  if (unknown !== undefined) throw invalid(`schemes.${unknown}`, `one of ${names.join(', ')}`)
  const whole = read(top, 'the client itself', screaming)
  return parsedConfiguration({ ...shape, ...whole, ...overrides, schemes: Object.fromEntries(schemes) })
}

/**
 * The variable that {@link configurationFromEnvironment} reads a scheme's field from, without the prefix: `PET_AUTH_CLIENT_ID`
 * of `petAuth` and `clientId`. `schemes`: the names of all schemes, because those that have no Latin letter or digit are
 * counted: the first is `SCHEME_1`, the next one `SCHEME_2`.
 *
 * @example
 * ```ts
 * import { environmentName } from '@evergrant/core/api'
 *
 * console.log(environmentName(['petAuth', '认证'], '认证', 'clientId')) // SCHEME_1_CLIENT_ID
 * ```
 */
export function environmentName(schemes: readonly string[], scheme: string, field: string): string {
  const own = screaming(scheme)
  if (own !== '') return `${own}_${screaming(field)}`
  const taken = new Set(schemes.map(screaming))
  const nameless = schemes.filter((name) => screaming(name) === '')
  let number = 0
  for (let left = nameless.indexOf(scheme); left >= 0; left--) {
    do number += 1
    while (taken.has(`SCHEME_${number}`) || taken.has(`SCHEME${number}`))
  }
  return `SCHEME_${number}_${screaming(field)}`
}

/** `petAuth` and `pet-auth` as `PET_AUTH`; `oAuthCCG` as `O_AUTH_CCG`; nothing of what has no Latin letter or digit. */
function screaming(name: string): string {
  if (!/[A-Za-z0-9]/.test(name)) return ''
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .toUpperCase()
}

function converted(variable: string, text: string, kind: string): unknown {
  if (kind === 'list') return text.split(/[\s,]+/).filter((one) => one !== '')
  if (kind !== 'number') return text
  // Not what Number takes for one too, such as 0x10 and a blank.
  if (!/^\d+(?:\.\d+)?$/.test(text)) throw invalid(variable, 'a number')
  return Number(text)
}
