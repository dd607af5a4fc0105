import type { CatalogueParameter } from '../../packages/providers/src/entry.ts'
import { Fields } from './record.ts'

/** A host name of any depth; with it, optionally a port and a path that neither ends in a slash nor climbs. */
const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?'
const HOST = `${LABEL}(?:\\.${LABEL})*`
const PORT = '(?::\\d{1,5})?'
const PATH = '(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*'

/** Patterns of sources that let more in than an address can bear, and what is meant. */
const TIGHTER: Readonly<Record<string, string>> = {
  '[A-Za-z0-9.-]+(:\\d+)?(/[A-Za-z0-9._~/-]*)?': HOST + PORT + PATH,
  '[a-zA-Z0-9.-]+(:\\d+)?(/[a-zA-Z0-9._~-]+)*/?': HOST + PORT + PATH,
  '[A-Za-z0-9.-]+(?::\\d+)?(?:/[A-Za-z0-9._-]+)*': HOST + PORT + PATH,
  '[a-zA-Z0-9.-]+(:\\d+(/[a-zA-Z0-9.-]*)?)?': HOST + PORT + PATH,
  '[A-Za-z0-9.-]+(:\\d+)?': HOST + PORT,
  '[a-zA-Z0-9.-]+(:[0-9]+)?': HOST + PORT,
  '[A-Za-z0-9.-]+': HOST,
  '[a-z0-9.-]+': HOST,
  '[a-z0-9_-]+(\\.[a-z0-9_-]+)*': HOST,
  '[A-Za-z0-9._-]+': HOST,
  '[A-Za-z0-9._~-]+': '[A-Za-z0-9_~-][A-Za-z0-9._~-]*',
  '[a-z0-9.-]+\\.amazon\\.[a-z.]+': '(?:[a-z0-9-]+\\.)+amazon\\.[a-z]{2,3}(?:\\.[a-z]{2})?',
  '[a-zA-Z0-9.-]+\\.(practice|patient)fusion\\.com/.*': `(?:${LABEL}\\.)+(?:practice|patient)fusion\\.com${PATH}/?`,
}

/** Names that sources gave by accident: what the parameter is. */
const RENAMED: Readonly<Record<string, string>> = {
  trimTrailingSlash: 'domain',
  getHostname: 'domain',
  subDomain: 'subdomain',
}

const AT_RUN_TIME: Readonly<Record<string, string>> = { clientId: 'client_id' }

const TITLES: Readonly<Record<string, string>> = {
  domain: 'Host',
  tokenDomain: 'Host of the token endpoint',
  extension: 'Country ending',
  shop: 'Shop',
  realm: 'Realm',
  region: 'Region',
  tenant: 'Tenant',
  policy: 'User flow',
  version: 'API version',
  resource: 'Resource',
  environment: 'Environment',
  env: 'Environment',
  subdomain: 'Subdomain',
  device_id: 'Device ID',
}

/** Shown where the data set has no example. */
const EXAMPLES: Readonly<Record<string, string>> = {
  host: 'login.example.com',
  tld: 'example.com',
  resource: 'https://api.example.com',
}

/** The variables of an entry as parameters, and its templates with the same names. */
export interface Converted {
  readonly parameters: Readonly<Record<string, CatalogueParameter>>
  /** Writes the parameters' final names into a template. */
  readonly named: (template: string) => string
}

export function parametersOf(fields: Fields, about: { readonly id: string; readonly name: string }): Converted {
  const variables = fields.record('variables') ?? {}
  const parameters: Record<string, CatalogueParameter> = {}
  for (const [given, raw] of Object.entries(variables)) {
    // The client's own id in an address is filled in by the client: nobody has to give it twice.
    if (AT_RUN_TIME[given] !== undefined) continue
    const name = RENAMED[given] ?? given
    parameters[name] = parameterOf(name, new Fields(raw as Record<string, unknown>, `${about.id}.${given}`))
  }
  for (const [name, parameter] of Object.entries(parameters))
    parameters[name] = helped(name, parameter, fields, about.name)
  const named = (template: string): string =>
    template.replace(/\{(\w+)\}/g, (_, name: string) => `{${AT_RUN_TIME[name] ?? RENAMED[name] ?? name}}`)
  return { parameters, named }
}

function parameterOf(name: string, fields: Fields): CatalogueParameter {
  const place = fields.text('in') ?? ''
  const options = fields.texts('enum')
  const fallback = fields.text('default')
  const example =
    fields.text('example') ??
    (fallback === undefined ? (options[0] ?? EXAMPLES[name] ?? EXAMPLES[place] ?? 'acme') : undefined)
  const note = fields.text('note')
  // Whether it is required follows from whether it has a default.
  fields.take('required')
  const given = (fields.text('pattern') ?? '').replace(/^\^|\$$/g, '')
  fields.finish()
  const dotted = /[.]/.test(example ?? fallback ?? '')
  const label = place === 'host-label' && given === '[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)*'
  const pattern = options.length > 0 ? undefined : label ? (dotted ? HOST : LABEL) : (TIGHTER[given] ?? given)
  return {
    title: TITLES[name] ?? words(name),
    ...(note === undefined ? {} : { help: note }),
    // What only the callback tells cannot be asked of an administrator.
    ...(place === 'param' && note?.startsWith('from the callback') === true ? { optional: true as const } : {}),
    in: place,
    ...(options.length > 0 ? { values: options } : { pattern: pattern ?? LABEL }),
    ...(fallback === undefined ? {} : { default: fallback }),
    ...(example === undefined || example === fallback ? {} : { example }),
  } as CatalogueParameter
}

function words(name: string): string {
  const spaced = name
    .replace(/_/g, ' ')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
  return (spaced[0]?.toUpperCase() ?? '') + spaced.slice(1).replace(/\b(id|url|uuid)\b/g, (word) => word.toUpperCase())
}

/** The parameter with where to find its value; `help` is so far what the data set notes about it. */
function helped(name: string, parameter: CatalogueParameter, fields: Fields, provider: string): CatalogueParameter {
  const { title, help: note, in: place, values, example = parameter.default ?? '' } = parameter
  const address = ['authorizationUrl', 'tokenUrl', 'issuer']
    .flatMap((field) => fields.text(field) ?? [])
    .map((url) => url.replace(/\{(\w+)\}/g, (_, one: string) => `{${RENAMED[one] ?? one}}`))
    .find((url) => url.includes(`{${name}}`))
  const where = whereToFind(
    name,
    place,
    provider,
    address?.replaceAll(`{${name}}`, example),
    example,
    values !== undefined,
  )
  const more =
    note === undefined || note.startsWith('from the callback')
      ? ''
      : ` ${(note[0] ?? '').toUpperCase()}${note.slice(1).replace(/\.*$/, '')}.`
  const { help: _, title: __, ...rest } = parameter
  return { title, help: `${where}${more}`, ...rest }
}

function whereToFind(
  name: string,
  place: string | undefined,
  provider: string,
  address: string | undefined,
  example: string,
  listed: boolean,
): string {
  const origin = /^https:\/\/[^/]+/.exec(address ?? '')?.[0]
  if (name === 'version') return 'The version of the API that the addresses name.'
  if (place === 'host' && listed) return `Which ${provider} it is: the one of your region, or the one to practise with.`
  if (place === 'host')
    return `The host that ${provider} runs at for you, without https:// and without a slash at the end.`
  if ((place === 'host-label' || place === 'tld') && origin !== undefined && !origin.includes('{')) {
    return listed
      ? `Which ${provider} it is: “${example}” for ${origin}.`
      : `The “${example}” in ${origin}, the address of your own ${provider}.`
  }
  if (place === 'host-label' || place === 'tld') return `A part of the host that ${provider} runs at for you.`
  if (place === 'path') return `From your account or app at ${provider}; it is a part of the addresses.`
  return `From your account or app at ${provider}.`
}
