import type { ClientAuthMethod } from '@evergrant/core'
import { type Command, Option } from 'commander'
import type { ClientSettings } from './client-settings.ts'
import { pairs, present, words } from './option-values.ts'
import { UsageError } from './usage-error.ts'

/** How a command speaks; every command has these. */
export interface MannerOptions {
  readonly json?: boolean
  readonly verbose?: boolean
}

/** Which grant in which store. */
export interface GrantOptions extends MannerOptions {
  readonly store?: string
  readonly grant?: string
}

/** Which client at which provider, as typed. */
export interface ClientOptions extends GrantOptions {
  readonly provider?: string
  readonly issuer?: string
  readonly authorizationEndpoint?: string
  readonly tokenEndpoint?: string
  readonly tenant?: string
  readonly set?: Readonly<Record<string, string>>
  readonly clientId?: string
  readonly clientSecret?: string
  readonly clientSecretFile?: string
  readonly clientAuth?: string
  readonly scope?: readonly string[]
  readonly resource?: string
  readonly param?: Readonly<Record<string, string>>
}

const CLIENT_AUTH: Readonly<Record<string, ClientAuthMethod>> = {
  basic: 'client_secret_basic',
  post: 'client_secret_post',
  none: 'none',
}

export function withManner(command: Command): Command {
  return command
    .option('--json', 'the result as JSON; an error as JSON on stderr')
    .option('--verbose', 'more detail on stderr, secrets removed')
}

export function withStore(command: Command): Command {
  return command
    .optionsGroup('Where the grant is kept:')
    .addOption(
      new Option(
        '--store <url>',
        "such as file:…, sqlite:… or env:NAME (default: EVERGRANT_STORE, else a file in the user's data folder)",
      ).argParser(present),
    )
}

export function withGrant(command: Command): Command {
  return withStore(command).addOption(
    new Option('--grant <id>', 'name of the grant in the store (default: "default")').argParser(present),
  )
}

export function withClient(command: Command): Command {
  return command
    .optionsGroup('Provider (one of --provider, --issuer and --token-endpoint):')
    .addOption(new Option('--provider <id>', 'one of `evergrant providers list`').argParser(present))
    .addOption(new Option('--issuer <url>', 'a provider that publishes its metadata').argParser(present))
    .addOption(new Option('--token-endpoint <url>', 'given by hand').argParser(present))
    .addOption(new Option('--authorization-endpoint <url>', 'given by hand, for login').argParser(present))
    .addOption(new Option('--tenant <id>', 'short for --set tenant=<id>').argParser(present))
    .addOption(new Option('--set <name=value>', "one of the provider's parameters; repeatable").argParser(pairs))
    .optionsGroup('Client:')
    .addOption(new Option('--client-id <id>', 'as registered at the provider').argParser(present))
    .addOption(
      new Option(
        '--client-secret <value>',
        'visible to others on this machine; better: EVERGRANT_CLIENT_SECRET',
      ).argParser(present),
    )
    .addOption(new Option('--client-secret-file <path>', 'a file with the client secret in it').argParser(present))
    .addOption(
      new Option('--client-auth <method>', "basic, post or none (default: the provider's, else basic)").argParser(
        present,
      ),
    )
    .optionsGroup('What to ask for:')
    .addOption(new Option('--scope <scopes>', 'repeatable, or separated by spaces').argParser(words))
    .addOption(new Option('--resource <url>', 'resource indicator (RFC 8707)').argParser(present))
    .addOption(new Option('--param <name=value>', 'extra request parameter; repeatable').argParser(pairs))
}

/** What was typed about the client, without what was not. */
export function settingsOf(options: ClientOptions): ClientSettings {
  if (options.tenant !== undefined && options.set?.['tenant'] !== undefined) {
    throw new UsageError('--tenant and --set tenant=… were both given.', 'Give one of them.')
  }
  const values = { ...options.set, ...(options.tenant === undefined ? {} : { tenant: options.tenant }) }
  return {
    provider: options.provider,
    issuer: options.issuer,
    authorization_endpoint: options.authorizationEndpoint,
    token_endpoint: options.tokenEndpoint,
    values: Object.keys(values).length === 0 ? undefined : values,
    client_id: options.clientId,
    client_auth: clientAuth(options.clientAuth),
    scope: options.scope,
    resource: options.resource,
    params: options.param,
  }
}

function clientAuth(given: string | undefined): ClientAuthMethod | undefined {
  if (given === undefined) return undefined
  const method = CLIENT_AUTH[given]
  if (method !== undefined) return method
  if (given === 'private_key_jwt') {
    throw new UsageError('--client-auth private_key_jwt is not in this version.', 'Use basic, post or none.')
  }
  throw new UsageError(`--client-auth: "${given}" is not a way to authenticate.`, 'Use basic, post or none.')
}
