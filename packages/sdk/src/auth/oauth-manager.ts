import {
  beginAuthorization,
  beginDeviceAuthorization,
  type Client,
  callbackParameters,
  finishAuthorization,
  type Grant,
  isExpired,
  isOAuthError,
  memoryStore,
  OAuthError,
  pollDeviceAuthorization,
  providedTokenSource,
  redeemDeliveredCode,
} from '@evergrant/core'
import { type OAuthScheme, oauthScheme } from '@evergrant/core/api'
import {
  authorizeWithPassword,
  beginImplicitAuthorization,
  finishImplicitAuthorization,
  type PendingImplicit,
} from '@evergrant/core/legacy'
import {
  authorizationServer,
  chosenFlow,
  type OAuthSchemeDescription,
  type SchemeContext,
} from './authorization-server.ts'
import type { OAuthCredentials, Parameters } from './credentials.ts'
import type { FlowManagers, OAuthManager, TokenAcquirer } from './managers.ts'
import { type OAuthToken, oauthToken } from './oauth-token.ts'
import { processPending } from './process-pending.ts'
import { fetchedByClient, GRANT, renewed } from './renewed.ts'

/** A scheme as calls use it, and as a program does. */
export interface ManagedScheme {
  readonly scheme: OAuthScheme
  readonly manager: FlowManagers[keyof FlowManagers]
}

/**
 * OAuth 2.0 of one scheme. Concurrent calls share one token request, and a refresh token is sent once, whether a call
 * or the program asks for the renewal.
 */
export function oauthManager(
  description: OAuthSchemeDescription,
  credentials: OAuthCredentials,
  context: SchemeContext,
): ManagedScheme {
  const { clock, name } = context
  const { scopes, clientId, clockSkew = 0, autoRefresh = true, tokenProvider } = credentials
  const flow = chosenFlow(description, credentials, context)
  const server = (params?: Parameters): Client => authorizationServer(description, flow, credentials, context, params)
  let known: Client | undefined
  const client = (params?: Parameters): Client => {
    if (params !== undefined) return server(params)
    known ??= server()
    return known
  }

  let renewal: { readonly spent: string | undefined; readonly token: Promise<OAuthToken> } | undefined
  const renew = (token: OAuthToken): Promise<OAuthToken> => {
    // A second use of a refresh token makes strict servers end the grant.
    if (renewal !== undefined && renewal.spent === token.refresh_token) return renewal.token
    const mine = { spent: token.refresh_token, token: renewed(client(), token, scopes) }
    renewal = mine
    const over = (): void => {
      if (renewal === mine) renewal = undefined
    }
    mine.token.then(over, over)
    return mine.token
  }

  const acquirer: TokenAcquirer = {
    async fetchToken({ params } = {}) {
      if (flow === 'clientCredentials') return fetchedByClient(client(), scopes, params)
      if (flow === 'password') return byPassword(client(params), credentials, name)
      throw needsPerson(name, flow)
    },
    refreshToken: renew,
  }

  const provided = async (last: OAuthToken | undefined): Promise<OAuthToken | string | undefined> => {
    if (tokenProvider !== undefined) return byProvider(tokenProvider, last, acquirer, name)
    const direct = flow === 'clientCredentials' || flow === 'password'
    if (autoRefresh && last?.refresh_token !== undefined) {
      return renew(last).catch((error: unknown) => {
        if (direct && error instanceof OAuthError && error.code === 'CONSENT_REQUIRED') return acquirer.fetchToken()
        throw error
      })
    }
    // Switched off is switched off: then a token that was fetched once is left to the program.
    if (direct && (autoRefresh || last === undefined)) return acquirer.fetchToken()
    throw last === undefined ? missing(flow) : ended(last, flow)
  }

  const scheme = oauthScheme({
    token: credentials.token,
    clockSkew,
    clock,
    setToken: credentials.setToken,
    onTokenUpdate: credentials.onTokenUpdate,
    ...(credentials.source === undefined ? {} : { manager: credentials.source }),
    ...(credentials.source === undefined && (clientId || tokenProvider !== undefined) ? { provider: provided } : {}),
  })
  const { source } = scheme
  /** The client uses it from now on. */
  const kept = async (token: OAuthToken): Promise<OAuthToken> => {
    await source.keep(token)
    return token
  }
  const expired = (token: OAuthToken | undefined): boolean =>
    token !== undefined && isExpired(token, clock.now(), clockSkew)

  const common: Omit<OAuthManager, 'flow' | 'token' | 'tokenState'> = {
    source,
    isTokenExpired: (token) => expired(token === undefined ? source.held : providedTokenSource({ token, clock }).held),
    async refreshToken() {
      const { held } = source
      if (credentials.source !== undefined) return kept(await credentials.source.token({ force: true }))
      if (held === undefined) throw missing(flow)
      return kept(await renew(held))
    },
  }
  const parts = flowParts({ client, credentials, name, clock }, acquirer, kept)
  const manager = Object.defineProperties(
    { ...common, ...parts[flow], flow },
    {
      token: { enumerable: true, get: () => source.held },
      tokenState: {
        enumerable: true,
        get: () => (source.held === undefined ? 'missing' : expired(source.held) ? 'expired' : 'valid'),
      },
    },
  )
  return { scheme, manager: manager as FlowManagers[typeof flow] }
}

interface FlowContext extends Pick<SchemeContext, 'name' | 'clock'> {
  readonly credentials: OAuthCredentials
  client(params?: Parameters): Client
}

type Own<Flow extends keyof FlowManagers> = Omit<FlowManagers[Flow], keyof OAuthManager>

/** What each flow has beside the others. */
function flowParts(
  { client, credentials, name, clock }: FlowContext,
  acquirer: TokenAcquirer,
  kept: (token: OAuthToken) => Promise<OAuthToken>,
): { readonly [Flow in keyof FlowManagers]: Own<Flow> } {
  const { pending = processPending(clock), scopes, redirectUri } = credentials
  const redirect = (): string => {
    if (redirectUri) return redirectUri
    throw new OAuthError('MISSING_PARAMETER', `[${name}] redirectUri is missing in the credentials.`)
  }
  let latest: string | undefined
  let implicit: PendingImplicit | undefined
  const direct: Own<'clientCredentials'> = {
    fetchToken: async (options) => kept(await acquirer.fetchToken(options)),
  }
  return {
    clientCredentials: direct,
    password: direct,
    authorizationCode: {
      async getAuthorizationUrl({ state, params, scopes: scope = scopes } = {}) {
        const begun = await beginAuthorization(client(), {
          grant: GRANT,
          redirect_uri: redirect(),
          scope,
          state,
          params,
        })
        await pending.put(begun.pending)
        latest = begun.pending.state
        return begun.url
      },
      async fetchToken(callback, { state, params } = {}) {
        const store = memoryStore()
        const parameters = typeof callback === 'string' && !isCallback(callback) ? undefined : read(callback)
        if (parameters !== undefined) {
          assertNotDenied(parameters, name)
          return kept(
            tokenOf(await finishAuthorization(client(params), { callback: parameters, pending, store }), name),
          )
        }
        const code = String(callback)
        const begun = state ?? latest
        const known = begun === undefined ? undefined : await pending.take(begun)
        if (known !== undefined) {
          const completed = new URLSearchParams({ code, state: known.state })
          return kept(
            tokenOf(await finishAuthorization(client(params), { callback: completed, pending: known, store }), name),
          )
        }
        const delivered = { grant: GRANT, code, redirect_uri: redirect(), scope: scopes?.join(' '), store }
        return kept(tokenOf(await redeemDeliveredCode(client(params), delivered), name))
      },
    },
    implicit: {
      async getAuthorizationUrl({ params, scopes: scope = scopes } = {}) {
        const begun = await beginImplicitAuthorization(client(), {
          grant: GRANT,
          redirect_uri: redirect(),
          scope,
          params,
        })
        implicit = begun.pending
        return begun.url
      },
      async fetchToken(callback) {
        if (implicit === undefined) throw missing('implicit')
        const options = { callback, pending: implicit, store: memoryStore() }
        const { grant } = await finishImplicitAuthorization(client(), options)
        return kept(tokenOf(grant, name))
      },
    },
    deviceAuthorization: {
      requestCode: ({ params } = {}) => beginDeviceAuthorization(client(), { grant: GRANT, scope: scopes, params }),
      async fetchToken(begun, options = {}) {
        const store = memoryStore()
        return kept(tokenOf(await pollDeviceAuthorization(client(), { ...options, pending: begun, store }), name))
      },
    },
  }
}

async function byProvider(
  provider: NonNullable<OAuthCredentials['tokenProvider']>,
  last: OAuthToken | undefined,
  acquirer: TokenAcquirer,
  name: string,
): Promise<OAuthToken | string | undefined> {
  try {
    return await provider(last, acquirer)
  } catch (error) {
    if (isOAuthError(error)) throw error
    const words = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
    const message = `[${name}] The tokenProvider function threw: ${words}`
    throw new OAuthError('PROGRAM_ERROR', message, { cause: error, outcome: 'not_sent' })
  }
}

async function byPassword(client: Client, credentials: OAuthCredentials, name: string): Promise<OAuthToken> {
  const { username, password, scopes } = credentials
  if (!username || password === undefined) {
    const field = username ? 'password' : 'username'
    throw new OAuthError('MISSING_PARAMETER', `[${name}] ${field} is missing in the credentials.`, {
      outcome: 'not_sent',
    })
  }
  const options = { grant: GRANT, store: memoryStore(), username, password, scope: scopes }
  return tokenOf(await authorizeWithPassword(client, options), name)
}

function tokenOf(of: Grant | undefined, name: string): OAuthToken {
  const token = of === undefined ? undefined : oauthToken(of)
  if (token !== undefined) return token
  throw new OAuthError('INVALID_ANSWER', `[${name}] The authorization server gave no access token.`)
}

/** A code alone has none of the names that a callback has. */
function isCallback(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(text) || /(?:^|[?#&])(?:code|error|state)=/.test(text)
}

function read(callback: string | URL | URLSearchParams): URLSearchParams {
  return callbackParameters(callback, ['code', 'response'])
}

/** A refusal gives nothing that could be used, so it is told also where the server left the state out. */
function assertNotDenied(parameters: URLSearchParams, name: string): void {
  const error = parameters.get('error')
  if (error === null || parameters.has('state')) return
  const error_description = parameters.get('error_description') ?? undefined
  const words = error_description === undefined ? error : `${error}: ${error_description}`
  throw new OAuthError(
    error === 'access_denied' ? 'ACCESS_DENIED' : 'AUTHORIZATION_REFUSED',
    `[${name}] The authorization was not granted (${words}).`,
    { error, error_description, error_uri: parameters.get('error_uri') ?? undefined, outcome: 'refused' },
  )
}

function missing(flow: string): OAuthError {
  const how = flow === 'deviceAuthorization' ? 'requestCode()' : 'getAuthorizationUrl()'
  return new OAuthError(
    'TOKEN_MISSING',
    `There is no OAuth token, and calls need one: have the person consent with ${how}, then get it with fetchToken().`,
    { outcome: 'not_sent' },
  )
}

function ended(last: OAuthToken, flow: string): OAuthError {
  const how =
    last.refresh_token === undefined ? `have the person consent anew (${flow})` : 'renew it with refreshToken()'
  return new OAuthError('TOKEN_EXPIRED', `The OAuth token has ended, and a valid one is needed for calls: ${how}.`, {
    outcome: 'not_sent',
  })
}

function needsPerson(name: string, flow: string): OAuthError {
  return new OAuthError('NOT_SUPPORTED', `[${name}] A new token needs a person in the flow ${flow}.`, {
    outcome: 'not_sent',
  })
}
