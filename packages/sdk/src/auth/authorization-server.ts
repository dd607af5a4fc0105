import { type Client, type Clock, defineClient, type Http, OAuthError, resolveProvider } from '@evergrant/core'
import type { FlowDescription, FlowName, SchemeDescription } from '../description/api-description.ts'
import type { OAuthCredentials, Parameters } from './credentials.ts'

/** A scheme whose tokens come from an authorization server. */
export type OAuthSchemeDescription = Extract<SchemeDescription, { type: 'oauth2' | 'openIdConnect' }>

/** Where a scheme stands. */
export interface SchemeContext {
  readonly name: string
  readonly title: string
  readonly http: Partial<Http>
  readonly clock: Clock
}

const ORDER: readonly FlowName[] = [
  'authorizationCode',
  'clientCredentials',
  'password',
  'deviceAuthorization',
  'implicit',
]

/** The flow that the credentials ask for, else the first that the scheme offers. Throws `NOT_SUPPORTED`. */
export function chosenFlow(
  description: OAuthSchemeDescription,
  { flow }: OAuthCredentials,
  { name }: SchemeContext,
): FlowName {
  // What a discovered server offers is known when it is asked.
  const offered = description.type === 'oauth2' ? ORDER.filter((one) => description.flows[one] !== undefined) : ORDER
  const chosen = flow ?? offered[0]
  if (chosen !== undefined && offered.includes(chosen)) return chosen
  throw new OAuthError('NOT_SUPPORTED', `[${name}] has no flow ${flow}; it has: ${offered.join(', ')}.`, {
    outcome: 'not_sent',
  })
}

/** The client at the authorization server that the document names. Throws what `defineClient` throws. */
export function authorizationServer(
  description: OAuthSchemeDescription,
  flow: FlowName,
  credentials: OAuthCredentials,
  { name, title, http, clock }: SchemeContext,
  params: Parameters = {},
): Client {
  const { clientId = '', clientSecret, clientAuthentication, tokenParameters, pkce = 'S256' } = credentials
  const provider = resolveProvider({
    id: name,
    name: `${title} [${name}]`,
    ...addresses(description, flow),
    pkce,
    client_auth: ['client_secret_basic', 'none'],
    token_params: { ...tokenParameters, ...params },
  })
  return defineClient({
    provider,
    client_id: clientId,
    ...(clientSecret ? { client_secret: clientSecret } : {}),
    ...(clientAuthentication === undefined ? {} : { client_auth: clientAuthentication }),
    http: { ...http, clock },
  })
}

function addresses(description: OAuthSchemeDescription, flow: FlowName) {
  if (description.type === 'openIdConnect') {
    return { issuer: description.openIdConnectUrl.replace(/\/?\.well-known\/openid-configuration\/?$/, '') }
  }
  const { authorizationUrl, tokenUrl, refreshUrl, deviceAuthorizationUrl }: Partial<FlowDescription> =
    description.flows[flow] ?? {}
  // An implicit flow has no token endpoint and never asks one, but a server has to be somewhere.
  const token = flow === 'implicit' ? (tokenUrl ?? authorizationUrl) : tokenUrl
  return {
    ...(authorizationUrl === undefined ? {} : { authorization_endpoint: authorizationUrl }),
    ...(token === undefined ? {} : { token_endpoint: token }),
    ...(refreshUrl === undefined ? {} : { refresh_endpoint: refreshUrl }),
    ...(deviceAuthorizationUrl === undefined ? {} : { device_authorization_endpoint: deviceAuthorizationUrl }),
  }
}
