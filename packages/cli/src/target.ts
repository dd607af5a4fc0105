import { resolve } from 'node:path'
import {
  type Client,
  defineClient,
  type ErrorCode,
  type Grant,
  isOAuthError,
  OAuthError,
  type Provider,
  sealed,
} from '@evergrant/core'
import { openKeyring } from '@evergrant/stores/keyring'
import { type OpenedStore, openStore } from '@evergrant/stores/open'
import { chosenAuthentication, isKeyMethod } from './chosen-authentication.ts'
import { clientKey } from './client-key.ts'
import { type ClientOptions, settingsOf } from './client-options.ts'
import { type Catalogue, clientProvider } from './client-provider.ts'
import { clientSecret } from './client-secret.ts'
import { type ClientSettings, overridden } from './client-settings.ts'
import { observed } from './http-log.ts'
import type { Invocation } from './invocation.ts'
import { keyPlace } from './keys.ts'
import { Profiles } from './profile.ts'
import { UsageError } from './usage-error.ts'

/** The grant that a command is about: its store, and the client it belongs to as far as that is known. */
export interface Target extends AsyncDisposable {
  readonly grantId: string
  readonly storeUrl: string
  readonly store: OpenedStore
  readonly settings: ClientSettings
  readonly profiles: Profiles
  readonly secret: string | undefined
  provider(): Promise<Provider>
  client(): Promise<Client>
}

/** Reads what was typed and what the last login remembered. Opens the store, asks nobody. */
export async function target(options: ClientOptions, invocation: Invocation, fallbackStore?: string): Promise<Target> {
  const { terminal, env, cwd } = invocation
  if (options.providerVersion !== undefined) {
    throw new UsageError('--provider-version is for token and login.', 'Give the id of that version as --provider.')
  }
  const storeUrl = storeAddress(options.store ?? fallbackStore ?? (env['EVERGRANT_STORE'] || undefined), invocation)
  const grantId = options.grant ?? 'default'
  const profiles = new Profiles(invocation.folders.config)
  const profile = await profiles.read(storeUrl, grantId)
  const givesSecret = options.clientSecret !== undefined || options.clientSecretFile !== undefined
  const settings = overridden(profile?.settings ?? {}, settingsOf(options, cwd), givesSecret)
  // A saved secret belongs to the saved client alone.
  const remembered = settings.client_id === profile?.settings.client_id ? profile?.client_secret : undefined
  // A secret in the environment may be meant for another command; one that is typed is meant for this one.
  const { client_auth, client_key } = settings
  const secretless = client_auth === 'none' || isKeyMethod(client_auth) || client_key !== undefined
  const environment = secretless ? undefined : env['EVERGRANT_CLIENT_SECRET']
  const given = {
    flag: options.clientSecret,
    file: options.clientSecretFile,
    environment,
    remembered: secretless ? undefined : remembered,
  }
  const secret = await clientSecret(given, cwd)
  terminal.conceal(secret)
  if (options.clientSecret !== undefined && terminal.isTTY) {
    terminal.note(terminal.style('dim', 'A secret on the command line can be seen by others on this machine.'))
  }
  const provider = (): Promise<Provider> => clientProvider(settings, fromCatalogue)
  const seed =
    settings.client_id === undefined
      ? undefined
      : { id: grantId, provider: settings.provider ?? settings.issuer ?? 'env', client: settings.client_id }
  const opened = await openStore(storeUrl, { env, seed, onWarning: (words) => terminal.say(words) })
  const store = await underSeal(opened, invocation)
  return {
    grantId,
    storeUrl,
    store,
    settings,
    profiles,
    secret,
    provider,
    async client() {
      const known = await provider()
      const { client_id = '' } = settings
      const key = client_key === undefined ? undefined : () => clientKey(client_key, invocation)
      try {
        const { authentication, fetch } = await chosenAuthentication(known, client_auth, secret, key)
        const http = { clock: invocation.clock, fetch: observed(invocation, fetch) }
        return defineClient({ provider: known, client_id, client_auth: authentication, http })
      } catch (error) {
        throw explained(error)
      }
    },
    [Symbol.asyncDispose]: () => store.close(),
  }
}

/** With a sealing key in the environment, the store's tokens are sealed. */
export async function underSeal(store: OpenedStore, invocation: Invocation): Promise<OpenedStore> {
  const place = keyPlace({}, invocation)
  if (place === undefined) return store
  try {
    const ring = await openKeyring(place, { clock: invocation.clock })
    return { ...sealed(store, ring), close: store.close, [Symbol.asyncDispose]: store.close }
  } catch (error) {
    await store.close()
    throw error
  }
}

/** The catalogue is read only when an entry of it is named. */
export const fromCatalogue: Catalogue = async (id, values, given) => {
  const { provider } = await import('@evergrant/providers')
  return provider(id, values, given)
}

/** The stored grant, or `GRANT_NOT_FOUND` with what to type. */
export async function storedGrant(of: Pick<Target, 'store' | 'grantId' | 'storeUrl'>): Promise<Grant> {
  const found = await of.store.get(of.grantId)
  if (found !== undefined) return found
  const message = `There is no grant "${of.grantId}" in ${of.storeUrl}. \`evergrant login\` makes one.`
  throw new OAuthError('GRANT_NOT_FOUND', message, { grant: of.grantId })
}

/** The store's address with a full path, so that it means the same from every folder. */
export function storeAddress(given: string | undefined, invocation: Pick<Invocation, 'folders' | 'cwd'>): string {
  if (given === undefined) return `file:${resolve(invocation.folders.data, 'grants.json')}`
  const [, scheme, path] = /^(file|sqlite):(?:\/\/(?=\.))?(?!\/\/)(.+)$/i.exec(given) ?? []
  return scheme === undefined || path === undefined ? given : `${scheme}:${resolve(invocation.cwd, path)}`
}

/** Where what is missing can be given here. */
const WHERE: Partial<Record<ErrorCode, string>> = {
  MISSING_CLIENT_ID: 'Give it as --client-id <id>.',
  MISSING_CLIENT_SECRET:
    'Give it as EVERGRANT_CLIENT_SECRET or --client-secret-file, or keep it with `login --save-secret`.',
}

/** The same error, with where the missing thing can be given here. */
function explained(error: unknown): unknown {
  if (!isOAuthError(error) || WHERE[error.code] === undefined) return error
  return new OAuthError(error.code, `${error.message} ${WHERE[error.code]}`, { ...error, cause: error.cause })
}
