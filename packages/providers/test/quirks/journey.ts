import assert from 'node:assert/strict'
import {
  type AuthorizationOptions,
  beginAuthorization,
  type Client,
  type ClientOptions,
  defineClient,
  finishAuthorization,
  type Grant,
  type GrantStore,
  memoryStore,
  type ProviderDefinition,
  resolveProvider,
  revokeGrant,
  type TokenSource,
  tokenSource,
} from '@evergrant/core'
import { deviations } from '@evergrant/providers'
import {
  type Fault,
  type Habits,
  type ManualClock,
  manualClock,
  type RunningSandbox,
  type SandboxClient,
  type SettingsChange,
  startSandbox,
} from '@evergrant/sandbox'

export const redirect_uri = 'http://127.0.0.1/callback'
const CLIENT = { client_id: 'web', client_secret: 'a secret: +/%', redirect_uris: [redirect_uri] }

/** One way of deviating, and how far a client comes with it. */
export interface QuirkCase {
  /** What the provider's definition says; the sandbox behaves by it. */
  readonly definition?: (origin: string) => Partial<ProviderDefinition>
  /** What the sandbox does beside, which no definition tells. */
  readonly habits?: Habits
  readonly settings?: SettingsChange
  readonly faults?: readonly Fault[]
  readonly registered?: Partial<SandboxClient>
  readonly client?: Partial<ClientOptions>
  readonly request?: Partial<AuthorizationOptions>
  /** Values of the definition's parameters. */
  readonly values?: Readonly<Record<string, string>>
  /** `false`: a definition that says nothing comes as far, because every client copes. */
  readonly strict?: boolean
  /** `false`: the provider gives no refresh tokens. */
  readonly refreshes?: boolean
  readonly begun?: (url: string) => void
  /** After consent, before the first refresh. */
  readonly connected?: (world: World) => void | Promise<void>
  /** After the refresh, before the revocation. */
  readonly refreshed?: (world: World) => void | Promise<void>
  /** Instead of the usual journey. */
  readonly journey?: (world: World) => Promise<void>
}

/** A sandbox that imitates, and a client that knows no more of it than a definition says. */
export interface World extends AsyncDisposable {
  readonly sandbox: RunningSandbox
  readonly clock: ManualClock
  readonly client: Client
  readonly store: GrantStore
  readonly source: TokenSource
  readonly definition: ProviderDefinition
  grant(id?: string): Promise<Grant>
  consent(): Promise<Grant>
}

/** `knowing`: whether the client is told the definition, or its addresses alone. */
export async function world(quirk: QuirkCase, knowing: boolean): Promise<World> {
  const clock = manualClock()
  const registered = { ...CLIENT, ...quirk.registered }
  const { habits = {}, settings, faults = [] } = quirk
  const sandbox = await startSandbox({ clock, clients: [registered], signing: 'ES256', ...settings })
  const origin = sandbox.issuer
  const definition: ProviderDefinition = {
    id: 'imitated',
    name: 'Imitated',
    revocation_endpoint: `${origin}/revoke`,
    authorization_endpoint: `${origin}/authorize`,
    token_endpoint: `${origin}/token`,
    ...quirk.definition?.(origin),
  }
  const provider = resolveProvider(knowing ? definition : addresses(definition), quirk.values, { deviations })
  sandbox.configure({ imitate: { ...resolveProvider(definition, quirk.values, { deviations }), habits } })
  for (const fault of faults) sandbox.fault({ times: Infinity, ...fault })
  const { client_id, client_secret } = registered
  const client = defineClient({ provider, client_id, client_secret, http: { clock }, ...quirk.client })
  const store = memoryStore()
  const grant = async (id = 'alice'): Promise<Grant> => {
    const found = await store.get(id)
    assert.ok(found, `there is no grant ${id}`)
    return found
  }
  return {
    sandbox,
    clock,
    client,
    store,
    definition,
    source: tokenSource('alice', { client, store, random: () => 0.5 }),
    grant,
    async consent() {
      const options = { grant: 'alice', redirect_uri, scope: 'mail.read mail.send', ...quirk.request }
      const { url, pending } = await beginAuthorization(client, options)
      quirk.begun?.(url)
      const callback = await sandbox.approve(url, { username: 'alice' })
      return finishAuthorization(client, { callback, pending: JSON.parse(JSON.stringify(pending)), store })
    },
    [Symbol.asyncDispose]: () => sandbox.close(),
  }
}

/** The same provider, known by its addresses alone. */
function addresses(of: ProviderDefinition): ProviderDefinition {
  const { id, name, authorization_endpoint, token_endpoint, revocation_endpoint, issuer, jwks_uri } = of
  const { parameters, discovery, device_authorization_endpoint } = of
  const known = {
    authorization_endpoint,
    token_endpoint,
    revocation_endpoint,
    issuer,
    jwks_uri,
    parameters,
    discovery,
    device_authorization_endpoint,
  }
  const given = Object.entries(known).filter(([, value]) => value !== undefined)
  return { id, name, ...Object.fromEntries(given) }
}

/** Consent, a token that an API takes, a refresh when it has ended, and the end of the grant at the provider. */
export async function journey(of: World, quirk: QuirkCase): Promise<void> {
  if (quirk.journey !== undefined) return quirk.journey(of)
  const { sandbox, clock, client, source } = of
  await of.consent()
  const first = await source.token()
  assert.equal(await api(of), 200, 'the API takes the first token')
  await quirk.connected?.(of)
  if (quirk.refreshes === false) {
    clock.advance(300)
    assert.equal((await source.token()).access_token, first.access_token)
  } else {
    clock.advance(sandbox.settings.lifetimes.accessToken + 1)
    const second = await source.token()
    assert.notEqual(second.access_token, first.access_token, 'the token was renewed')
    assert.equal(await api(of), 200, 'the API takes the renewed token')
    await quirk.refreshed?.(of)
  }
  source.forget()
  const { access_token } = await source.token()
  const family = sandbox.journal.where().find(({ outcome }) => outcome?.issued?.access_token === access_token)?.outcome
    ?.issued?.family
  assert.equal(await revokeGrant(client, await of.grant()), true)
  const ended = sandbox.families().find(({ id }) => id === family)
  assert.ok(quirk.refreshes === false || ended?.alive === false, 'the grant has ended there')
}

/** Calls the sandbox's API through the token source; the body says whose token it was. */
export async function api({ source, sandbox }: World): Promise<number> {
  const response = await source.fetch(`${sandbox.issuer}/api/echo`, { method: 'POST', body: 'hello' })
  const body = (await response.json()) as { username?: string; body?: string }
  if (response.status === 200) assert.deepEqual([body.username, body.body], ['alice', 'hello'])
  return response.status
}
