import { resolve } from 'node:path'
import type { ClientAuthMethod, SigningAlgorithm } from '@evergrant/core'
import { type Command, Option } from 'commander'
import { CLIENT_AUTH } from './chosen-authentication.ts'
import { type ClientKeySettings, PASSPHRASE, SIGNING_ALGORITHMS } from './client-key.ts'
import type { ClientSettings } from './client-settings.ts'
import { pairs, present, words } from './option-values.ts'
import { UsageError } from './usage-error.ts'

/** How a command speaks; every command has these. */
export interface MannerOptions {
  readonly json?: boolean
  readonly verbose?: boolean
  readonly quiet?: boolean
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
  readonly clientKeyFile?: string
  readonly clientCertFile?: string
  readonly clientKeyId?: string
  readonly clientKeyAlg?: SigningAlgorithm
  readonly clientKeyThumbprint?: string
  readonly clientKeyX5c?: boolean
  readonly clientKeyPassphraseFile?: string
  readonly serviceAccountFile?: string
  readonly subject?: string
  readonly scope?: readonly string[]
  readonly resource?: string
  readonly param?: Readonly<Record<string, string>>
}

export function withManner(command: Command): Command {
  return command
    .option('--json', 'the result as JSON; an error as JSON on stderr')
    .option('--verbose', 'more detail on stderr, secrets removed')
    .addOption(new Option('--quiet', 'on stderr only what a person must do, warnings and errors').conflicts('verbose'))
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
      new Option(
        '--client-auth <method>',
        `how the client proves itself (default: the provider's usual way, else basic; none without a secret):
basic, post: sends the secret; post where Basic is refused
basic_raw: Basic without form-encoding, where a secret with signs is refused
client_secret_jwt: signs with the secret, which then never leaves
private_key_jwt: signs with a key (--client-key-file), where the provider has its public half or certificate
tls_client_auth, self_signed_tls_client_auth: a certificate at the connection (key and certificate file)
none: a public client, such as an app on a person's machine`,
      ).argParser(present),
    )
    .optionsGroup('Key of the client (for private_key_jwt and tls_client_auth):')
    .addOption(new Option('--client-key-file <path>', 'the private key: PEM, JWK or PFX').argParser(present))
    .addOption(
      new Option(
        '--client-cert-file <path>',
        'its certificate in PEM: for tls_client_auth, and where the provider knows the key by its certificate',
      ).argParser(present),
    )
    .addOption(
      new Option('--client-key-id <kid>', 'where the provider knows the key by an id; chooses in a JWK set').argParser(
        present,
      ),
    )
    .addOption(
      new Option(
        '--client-key-alg <alg>',
        "default: the key's own, RS256 for RSA; PS256 where FAPI asks for it",
      ).choices(SIGNING_ALGORITHMS),
    )
    .addOption(
      new Option(
        '--client-key-thumbprint <hex>',
        "the certificate's, as consoles show it, when the certificate is not at hand",
      ).argParser(present),
    )
    .option('--client-key-x5c', 'send the certificate too, where the provider trusts its issuer and subject')
    .addOption(
      new Option(
        '--client-key-passphrase-file <path>',
        `a file with the passphrase of a protected key, or ${PASSPHRASE}`,
      ).argParser(present),
    )
    .optionsGroup('What to ask for:')
    .addOption(new Option('--scope <scopes>', 'repeatable, or separated by spaces').argParser(words))
    .addOption(new Option('--resource <url>', 'resource indicator (RFC 8707)').argParser(present))
    .addOption(new Option('--param <name=value>', 'extra request parameter; repeatable').argParser(pairs))
}

export function withServiceAccount(command: Command): Command {
  return command
    .optionsGroup('Service account (instead of a client and a stored grant):')
    .addOption(
      new Option('--service-account-file <path>', "the account's key as JSON, as the console gave it out").argParser(
        present,
      ),
    )
    .addOption(
      new Option(
        '--subject <e-mail>',
        'the person to act for, where an administrator delegated that (default: the account itself)',
      ).argParser(present),
    )
}

/** What was typed about the client, without what was not. Paths are made absolute, to be remembered. */
export function settingsOf(options: ClientOptions, cwd: string): ClientSettings {
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
    client_key: keySettings(options, cwd),
    scope: options.scope,
    resource: options.resource,
    params: options.param,
  }
}

function clientAuth(given: string | undefined): ClientAuthMethod | undefined {
  if (given === undefined) return undefined
  const methods = Object.entries(CLIENT_AUTH)
  // The registered names of the methods are as good as the short ones.
  const found = methods.find(([word, method]) => given === word || given === method)
  if (found !== undefined) return found[1]
  const known = methods.map(([word]) => word).join(', ')
  throw new UsageError(`--client-auth: "${given}" is not a way to authenticate.`, `Use one of: ${known}.`)
}

function keySettings(options: ClientOptions, cwd: string): ClientKeySettings | undefined {
  const path = (given: string | undefined): string | undefined =>
    given === undefined ? undefined : resolve(cwd, given)
  const given: ClientKeySettings = {
    file: path(options.clientKeyFile),
    certificate: path(options.clientCertFile),
    kid: options.clientKeyId,
    alg: options.clientKeyAlg,
    thumbprint: options.clientKeyThumbprint,
    x5c: options.clientKeyX5c,
    passphrase_file: path(options.clientKeyPassphraseFile),
  }
  const said = Object.entries(given).filter(([, value]) => value !== undefined)
  return said.length === 0 ? undefined : Object.fromEntries(said)
}
