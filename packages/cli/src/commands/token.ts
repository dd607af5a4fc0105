import {
  type AccessToken,
  clientCredentialsFlow,
  type Flow,
  type Grant,
  OAuthError,
  type Provider,
  refreshFlow,
  scopeNames,
  serviceAccountFlow,
  tokenSources,
  type Want,
} from '@evergrant/core'
import { Command, Option } from 'commander'
import {
  type ClientOptions,
  settingsOf,
  withClient,
  withGrant,
  withManner,
  withServiceAccount,
} from '../client-options.ts'
import { namesProvider } from '../client-settings.ts'
import { distance } from '../grant-text.ts'
import { inVersions } from '../in-versions.ts'
import type { Invocation } from '../invocation.ts'
import { present, seconds } from '../option-values.ts'
import type { Action } from '../program.ts'
import { serverToken } from '../server-token.ts'
import { serviceAccountOf } from '../service-account.ts'
import { slow } from '../slow.ts'
import { storedGrant, type Target, target } from '../target.ts'
import { UsageError } from '../usage-error.ts'

interface TokenOptions extends ClientOptions {
  readonly server?: string
  readonly account?: string
  readonly flow?: string
  readonly minTtl?: number
  readonly force?: boolean
}

export function tokenCommand(action: Action): Command {
  const command = new Command('token')
    .summary('print a valid access token')
    .description(
      'Prints a valid access token of a stored grant, and nothing else, on stdout. An access token that has ended is ' +
        'renewed, and what the provider gives is stored, before it is printed. With --flow client_credentials the client ' +
        'asks on its own behalf, without a stored grant. With --service-account-file a service account asks, for itself or for ' +
        'a person; with --store its tokens are kept there, and asked for anew when they end. With --server an Evergrant server is asked, which keeps the grant.',
    )
    .addHelpText(
      'after',
      `
Examples:
  evergrant token
  evergrant token --grant mail --json
  EVERGRANT_API_KEY=… evergrant token --server http://127.0.0.1:8080 --account <id>
  evergrant token --provider <id> --service-account-file key.json --subject alice@acme.com --scope …
  evergrant token --flow client_credentials --issuer https://login.example --client-id app --scope api:read
  curl -H "Authorization: Bearer $(evergrant token --grant mail)" https://api.example/me`,
    )
  withServiceAccount(withClient(withGrant(command)))
    .optionsGroup('From a connection server (API key in EVERGRANT_API_KEY):')
    .addOption(new Option('--server <url>', 'address of the server').argParser(present))
    .addOption(new Option('--account <id>', "the account's id, as its page shows it").argParser(present))
    .optionsGroup('Token:')
    .addOption(
      new Option(
        '--flow <type>',
        'authorization_code (a stored grant), client_credentials, or jwt_bearer (a service account)',
      ).argParser(present),
    )
    .addOption(new Option('--min-ttl <seconds>', 'the token must stay valid for at least so long').argParser(seconds))
    .option('--force', 'ask the provider even if the stored token is still valid')
    .optionsGroup('Output:')
  return withManner(command).action((options: TokenOptions) => action(token, options))
}

/** Gets the token and prints it. */
async function token(options: TokenOptions, invocation: Invocation): Promise<void> {
  if (options.server !== undefined || options.account !== undefined) return fromServer(options, invocation)
  const { flow = options.serviceAccountFile === undefined ? 'authorization_code' : 'jwt_bearer' } = options
  if (flow === 'jwt_bearer') return fromServiceAccount(options, invocation)
  if (options.serviceAccountFile !== undefined || options.subject !== undefined) {
    throw new UsageError('--service-account-file and --subject are for --flow jwt_bearer alone.', 'Leave --flow out.')
  }
  if (flow === 'client_credentials') return inVersions(options, (one) => clientCredentials(one, invocation))
  if (flow === 'authorization_code') return inVersions(options, (one) => fromGrant(one, invocation))
  const later = ['device_code', 'password', 'implicit', 'refresh_token'].includes(flow)
  const message = later ? `--flow ${flow} is not in this version.` : `--flow: there is no flow "${flow}".`
  throw new UsageError(message, 'Use authorization_code (after `evergrant login`), client_credentials or jwt_bearer.')
}

async function fromServer(options: TokenOptions, invocation: Invocation): Promise<void> {
  const { server, account, minTtl, resource, scope } = options
  if (server === undefined) throw new UsageError('--account needs --server.', 'Give the address of the server too.')
  if (account === undefined) throw new UsageError('--server needs --account.', "Copy the id from the account's page.")
  const own = OWN_GRANT.filter(([, field]) => options[field] !== undefined).map(([flag]) => flag)
  if (own.length > 0) {
    throw new UsageError(
      `${own.join(', ')}: the server has the grant and its client.`,
      'Leave it out, or leave --server out.',
    )
  }
  const { terminal } = invocation
  const got = await serverToken({ server, account, minTtl, resource, scope: scope?.join(' ') }, invocation)
  terminal.conceal(got.access_token)
  return terminal.json ? terminal.data(got) : terminal.result(got.access_token)
}

/** What says where a grant or its client is, which with `--server` is the server's affair. */
const OWN_GRANT = [
  ['--store', 'store'],
  ['--grant', 'grant'],
  ['--provider', 'provider'],
  ['--issuer', 'issuer'],
  ['--token-endpoint', 'tokenEndpoint'],
  ['--authorization-endpoint', 'authorizationEndpoint'],
  ['--tenant', 'tenant'],
  ['--set', 'set'],
  ['--client-id', 'clientId'],
  ['--client-secret', 'clientSecret'],
  ['--client-secret-file', 'clientSecretFile'],
  ['--client-auth', 'clientAuth'],
  ['--client-key-file', 'clientKeyFile'],
  ['--client-cert-file', 'clientCertFile'],
  ['--service-account-file', 'serviceAccountFile'],
  ['--subject', 'subject'],
  ['--param', 'param'],
  ['--flow', 'flow'],
  ['--force', 'force'],
] as const satisfies readonly (readonly [string, keyof TokenOptions])[]

async function fromServiceAccount(options: TokenOptions, invocation: Invocation): Promise<void> {
  const { account, settings } = await serviceAccountOf(options, invocation)
  // Nothing is lost without a store; in one that is asked for, each person has a grant of their own, and each scope a token.
  await using of = await target({ ...options, ...settings }, invocation, 'memory:')
  const { scope, params } = of.settings
  const flow = serviceAccountFlow(account, { subject: options.subject, scope, params })
  await printToken(of, options, invocation, await of.provider(), flow, {
    resource: of.settings.resource,
    scope: scope?.join(' '),
  })
}

async function clientCredentials(options: TokenOptions, invocation: Invocation): Promise<void> {
  // Without a person there is nothing worth keeping, unless a store is asked for.
  await using of = await target(options, invocation, 'memory:')
  const { scope, resource, params } = of.settings
  const client = await of.client()
  const existing = await of.store.get(of.grantId)
  if (existing !== undefined) {
    assertOwn(existing, of)
    if (existing.refresh_token !== undefined) {
      const message = `Grant "${of.grantId}" is a person's consent; client_credentials would be stored over it.`
      throw new UsageError(message, 'Give another --grant, or leave --flow out.')
    }
  }
  const flowOptions = params === undefined ? {} : { params }
  const wanted = { resource, scope: scope?.join(' ') }
  await printToken(of, options, invocation, client.provider, clientCredentialsFlow(flowOptions), wanted)
}

async function fromGrant(options: TokenOptions, invocation: Invocation): Promise<void> {
  await using of = await target(options, invocation)
  // A provider that was typed is checked at once; how the client authenticates matters only when a token has ended.
  const provider = namesProvider(settingsOf(options, invocation.cwd)) ? await of.provider() : undefined
  const grant = await storedGrant(of)
  assertOwn(grant, of)
  const { resource } = of.settings
  const scope = narrower(grant, options.scope, provider ?? (await of.provider().catch(() => undefined)))
  await printToken(of, options, invocation, provider, refreshFlow, { resource, scope })
}

/** A grant belongs to one client; a token of another one must not be printed in its name. */
function assertOwn(grant: Grant, { settings }: Target): void {
  const { client_id } = settings
  if (client_id === undefined || client_id === grant.client) return
  const message = `Grant "${grant.id}" belongs to the client ${grant.client}, not to ${client_id}.`
  throw new UsageError(message, 'Leave --client-id out, or name another --grant.')
}

/** The scope, when it is less than the grant has; the whole scope needs no token of its own. */
function narrower(grant: Grant, scope: readonly string[] | undefined, provider?: Provider): string | undefined {
  if (scope === undefined || scope.length === 0) return undefined
  const whole = [...(provider?.default_scopes ?? []), ...scope, ...(provider?.offline_scopes ?? [])]
  const same = [grant.requested_scope, grant.granted_scope].some(
    (known) => known !== undefined && (equal(scopeNames(known), scope) || equal(scopeNames(known), whole)),
  )
  return same ? undefined : scope.join(' ')
}

function equal(a: readonly string[], b: readonly string[]): boolean {
  return (
    scopeNames([...a])
      .sort()
      .join(' ') ===
    scopeNames([...b])
      .sort()
      .join(' ')
  )
}

async function printToken(
  of: Target,
  options: TokenOptions,
  invocation: Invocation,
  provider: Provider | undefined,
  flow: Flow,
  wanted: Pick<Want, 'resource' | 'scope'>,
): Promise<void> {
  const { terminal, clock, signal } = invocation
  const sources = tokenSources({
    store: of.store,
    flow,
    clock,
    client: async () => {
      const client = await of.client()
      const params = flow === refreshFlow ? options.param : undefined
      if (params === undefined) return client
      const token_params = { ...client.provider.token_params, ...params }
      return { ...client, provider: { ...client.provider, token_params } }
    },
    onEvent: ({ type }) => terminal.detail(`event ${type}`),
  })
  const { minTtl, force } = options
  let got: AccessToken
  try {
    got = await sources.get(of.grantId).token({ ...wanted, minTtl, force, signal })
  } catch (error) {
    throw withLogin(error, of)
  } finally {
    // Also after Ctrl-C: a refresh token that was sent may be spent, so its answer is waited for and recorded.
    await slow('an answer under way, so that no refresh token is lost', invocation, () => sources.close())
  }
  terminal.conceal(got.access_token)
  await warnOfEnd(of, got, invocation)
  terminal.detail(`provider ${provider?.name ?? of.settings.provider ?? of.settings.issuer ?? 'from the profile'}`)
  if (!terminal.json) return terminal.result(got.access_token)
  const { access_token, token_type, expires_at, scope } = got
  const expires_in = expires_at === undefined ? undefined : Math.max(0, Math.floor(expires_at - clock.now()))
  const whole = expires_at === undefined ? undefined : Math.floor(expires_at)
  terminal.data({
    access_token,
    token_type,
    expires_at: whole,
    expires_in,
    scope: scope ?? wanted.scope,
    grant: of.grantId,
  })
}

/** Names the command that helps. */
function withLogin(error: unknown, of: Target): unknown {
  if (!(error instanceof OAuthError) || error.code !== 'CONSENT_REQUIRED') return error
  const message = `${error.message} Run \`evergrant login --grant ${of.grantId}\`.`
  return new OAuthError(error.code, message, { ...error, cause: error.cause })
}

/** The token may still be taken for as long as it lives; whoever only sees it should not learn of the end by the first refusal. */
async function warnOfEnd(of: Target, { expires_at }: AccessToken, { terminal, clock }: Invocation): Promise<void> {
  const standing = (await of.store.get(of.grantId))?.standing
  if (standing?.state !== 'revoked') return
  const why = standing.trouble === undefined ? '' : ` (${standing.trouble.message})`
  const rest = expires_at === undefined ? 'may be refused' : `ends ${distance(expires_at, clock.now())}, or before`
  terminal.say(
    `Warning: grant "${of.grantId}" has ended${why}. Its last access token ${rest}. Consent again with evergrant login --grant ${of.grantId}.`,
  )
}
