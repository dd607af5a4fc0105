import type { CatalogueEntry, CatalogueParameter, DeviationKind, ProviderSummary } from '@evergrant/providers'
import { table } from './grant-text.ts'
import type { Terminal } from './terminal.ts'

/** Providers as aligned columns. */
export function providerTable(all: readonly ProviderSummary[], terminal: Pick<Terminal, 'paint'>): string {
  const head = ['PROVIDER', 'NAME', 'SURE', 'PKCE', 'ROTATES', 'CATEGORIES', 'NEEDS'].map((word) =>
    terminal.paint('dim', word),
  )
  const rows = all.map((one) => [
    terminal.paint(one.status === undefined ? 'bold' : 'dim', one.id),
    one.status === undefined ? one.name : `${one.name} (${one.status})`,
    terminal.paint(one.confidence === 'verified' ? 'green' : 'yellow', one.confidence),
    one.pkce ?? '–',
    one.rotation ?? '–',
    one.categories?.join(' ') ?? '–',
    one.needs?.map((name) => `--set ${name}=…`).join(' ') ?? '–',
  ])
  return table([head, ...rows])
}

/** All that is known about a provider, a fact on each line. */
export function providerText(
  of: CatalogueEntry,
  kinds: readonly DeviationKind[],
  terminal: Pick<Terminal, 'paint'>,
): string {
  const { parameters = {}, features = [], quirks = [], notes = [], alternates = [] } = of
  const meaning = (quirk: string): string => kinds.find(({ id }) => id === quirk)?.meaning ?? ''
  const facts: Fact[] = [
    ['provider', terminal.paint('bold', of.id)],
    ['name', of.name],
    ['also called', of.aliases?.join(', ')],
    ['categories', of.categories?.join(', ')],
    ['status', of.status === undefined ? undefined : [of.status, of.status_note].filter(Boolean).join(': ')],
    ['environment', of.environment === undefined ? undefined : 'a place to practise'],
    ['variant of', of.variant_of],
    ['how sure', sureness(of, terminal)],
    ['issuer', of.issuer],
    ['authorization', of.authorization_endpoint],
    ['token', of.token_endpoint],
    ['refresh', of.refresh_endpoint],
    ['device', of.device_authorization_endpoint],
    ['revocation', of.revocation?.endpoint ?? of.revocation_endpoint],
    ['introspection', of.introspection_endpoint],
    ['user info', of.userinfo_endpoint],
    ...Object.entries(parameters).map(([name, one]): Fact => [`--set ${name}`, parameterText(one)]),
    ['flows', (of.grant_types ?? ['authorization_code']).map(flowName).join(', ')],
    ['client auth', authentication(of)],
    ['pkce', pkce(of)],
    ['always asks', [...(of.default_scopes ?? []), ...(of.offline_scopes ?? [])].join(' ') || undefined],
    ...features.map(({ title, scopes }): Fact => ['scope', `${scopes.join(' ')}  ${terminal.paint('dim', title)}`]),
    ...lifetimes(of),
    ...quirks.map((quirk): Fact => ['deviates', `${terminal.paint('dim', `${quirk}:`)} ${meaning(quirk)}`.trimEnd()]),
    ...notes.map((note): Fact => ['note', note]),
    ...alternates.map(([authorization, token]): Fact => ['also seen', `${authorization} and ${token}`]),
    ['console', of.console],
    ['docs', of.docs],
    ['sources', of.sources?.join(', ')],
  ]
  const shown = facts.filter((fact): fact is readonly [string, string] => fact[1] !== undefined)
  const width = Math.max(...shown.map(([name]) => name.length))
  return shown
    .map(([name, value], at) => {
      const repeated = shown[at - 1]?.[0] === name
      return `${terminal.paint('dim', (repeated ? '' : name).padEnd(width))}  ${value}`
    })
    .join('\n')
}

type Fact = readonly [name: string, value: string | undefined]

function sureness(of: CatalogueEntry, terminal: Pick<Terminal, 'paint'>): string | undefined {
  const { confidence, sources = [], verified, seen, hand_checked } = of
  if (sources.length === 0) return undefined
  if (confidence === 'verified') {
    const day = verified === undefined ? '' : `, read by ${verified}`
    const many = sources.length === 2 ? 'two sources' : `at least two of ${sources.length} sources`
    const words = `verified: ${many} agree on the addresses${day}`
    return terminal.paint('green', `${words}${hand_checked === true ? '; gone through by hand' : ''}`)
  }
  const day = seen === undefined ? '' : `, read by ${seen}`
  const many = sources.length === 1 ? 'one source’s word' : 'one source’s word for some of the addresses'
  return terminal.paint(
    'yellow',
    `single: ${many} (${sources.join(', ')}${day}); nothing else was found that says the same`,
  )
}

function parameterText({ title, help, values, example, default: usual, optional }: CatalogueParameter): string {
  const hint =
    usual !== undefined
      ? `, default ${usual}`
      : optional === true
        ? ', may be left out'
        : example === undefined
          ? ''
          : `, for example ${example}`
  const choice = values === undefined ? '' : `; one of ${values.join(', ')}`
  return `${title}${hint}${choice}${help === undefined ? '' : `. ${help}`}`
}

/** `urn:ietf:params:oauth:grant-type:device_code` is known as `device_code`. */
function flowName(grant: string): string {
  return grant.split(':').at(-1) ?? grant
}

function authentication({ client_auth, assumed = [] }: CatalogueEntry): string {
  const methods = (client_auth ?? ['client_secret_post']).join(', ')
  return assumed.includes('client_auth') ? `${methods} (assumed: no source states it)` : methods
}

function pkce({ pkce: mode, pkce_support }: CatalogueEntry): string {
  if (mode === 'off') return 'not sent: the provider refuses it'
  const sent = mode === undefined || mode === 'S256' ? 'S256' : mode
  return pkce_support === undefined ? `${sent} is sent; whether it counts is not known` : `${sent}, ${pkce_support}`
}

function lifetimes({ refresh = {} }: CatalogueEntry): Fact[] {
  const { supported, rotation, grace, early, idle, absolute, access_lifetime } = refresh
  const rotations = {
    always: 'every refresh ends the refresh token that was spent',
    optional: 'a refresh may bring a new refresh token, as the client’s settings say',
    never: 'the refresh token stays the same',
  } as const
  return [
    ['refreshes', supported === false ? 'no: there is no refresh token' : rotation && rotations[rotation]],
    ['grace', grace === undefined ? undefined : `the spent one is taken for another ${duration(grace)}`],
    ['not before', early === undefined ? undefined : `${duration(early)} before the access token ends`],
    ['access token', access_lifetime === undefined ? undefined : `lives ${duration(access_lifetime)}`],
    ['unused ends', idle === undefined ? undefined : `after ${duration(idle)}`],
    ['ends', absolute === undefined ? undefined : `after ${duration(absolute)}, used or not`],
  ]
}

function duration(seconds: number): string {
  const [unit, size] =
    seconds >= 172_800
      ? (['days', 86_400] as const)
      : seconds >= 7200
        ? (['hours', 3600] as const)
        : seconds >= 120
          ? (['minutes', 60] as const)
          : (['seconds', 1] as const)
  return `${Math.round(seconds / size)} ${unit}`
}
