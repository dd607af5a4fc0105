import {
  type AuthorizationOptions,
  beginAuthorization,
  type Client,
  defineClient,
  dpop,
  dpopFetch,
  finishAuthorization,
  type Grant,
  memoryStore,
  PrivateKeyJwt,
  pushedRequest,
  registerClient,
  resolveProvider,
  tokenSource,
  userInfo,
} from '@evergrant/core'
import { importJWK, type JWK } from 'jose'

/** The client as the suite has it in its configuration. */
export interface Registration {
  readonly client_id: string
  readonly client_secret: string
  readonly redirect_uri: string
  /** A private key with `alg` and `kid`, for `private_key_jwt`. */
  readonly jwk: JWK
}

/** How the plan wants the client to behave; names and values are the suite's variants. */
export interface Behaviour {
  readonly client_auth_type?: string
  readonly client_registration?: string
  readonly response_mode?: string
  readonly sender_constrain?: string
}

/** Where the suite serves a module: what its runner exposes. */
export interface Place {
  readonly issuer: string
  /** A protected resource to call in the end; FAPI plans have one instead of userinfo. */
  readonly accounts_endpoint?: string | undefined
}

/**
 * Signs in as the module's person would, by nothing but the public API: discovery, registration where the plan wants
 * it, authorization (pushed and bound to a key for FAPI), code, id_token, and the person's claims or the accounts.
 */
export async function relyingParty(place: Place, registration: Registration, behaviour: Behaviour): Promise<SignIn> {
  const client = await clientFor(place, registration, behaviour)
  return async () => {
    const grant = await signedIn(client, registration, behaviour)
    const { store } = grant
    if (place.accounts_endpoint !== undefined) {
      const response = await dpopFetch(tokenSource('person', { client, store }))(place.accounts_endpoint)
      await response.body?.cancel()
      if (!response.ok) throw new Error(`The accounts endpoint answered ${response.status}`)
    } else {
      const { access } = grant.grant
      await userInfo(client, access['']?.access_token ?? '', grant.grant.subject?.sub)
    }
  }
}

/** One sign-in; the same client each time. */
export type SignIn = () => Promise<void>

async function clientFor(place: Place, registration: Registration, behaviour: Behaviour): Promise<Client> {
  const { redirect_uri, jwk } = registration
  const provider = resolveProvider({ id: 'suite', name: 'The suite', issuer: place.issuer })
  const bound = behaviour.sender_constrain === 'dpop' ? { dpop: dpop('PS256') } : {}
  if (behaviour.client_registration === 'dynamic_client') {
    const method = behaviour.client_auth_type ?? 'client_secret_basic'
    const registered = await registerClient(provider, {
      client_name: 'Evergrant',
      redirect_uris: [redirect_uri],
      token_endpoint_auth_method: method,
      contacts: ['conformance@example.test'],
    })
    const { client_id, client_secret } = registered
    return defineClient({ provider, client_id, client_secret, client_auth: secretMethod(method) })
  }
  const { client_id, client_secret } = registration
  if (behaviour.client_auth_type === 'private_key_jwt') {
    const key = await importJWK(jwk, jwk.alg)
    if (key instanceof Uint8Array) throw new Error('The client needs an asymmetric key')
    const client_auth = PrivateKeyJwt({ key, ...(jwk.kid === undefined ? {} : { kid: jwk.kid }) })
    return defineClient({ provider, client_id, client_auth, ...bound })
  }
  return defineClient({ provider, client_id, client_secret, client_auth: secretMethod(behaviour.client_auth_type) })
}

function secretMethod(method: string | undefined): 'client_secret_post' | 'client_secret_basic' {
  return method === 'client_secret_post' ? method : 'client_secret_basic'
}

async function signedIn(client: Client, { redirect_uri }: Registration, behaviour: Behaviour) {
  const store = memoryStore()
  const isForm = behaviour.response_mode === 'form_post'
  const options: AuthorizationOptions = {
    grant: 'person',
    redirect_uri,
    scope: 'openid profile email address phone',
    ...(isForm ? { response_mode: 'form_post' } : {}),
    // FAPI 2.0 Security Profile §5.3.2.2: requests are pushed.
    ...(behaviour.sender_constrain === undefined ? {} : { steps: [pushedRequest] }),
  }
  const { url, pending } = await beginAuthorization(client, options)
  const callback = await browsed(url)
  const grant: Grant = await finishAuthorization(client, { callback, pending, store })
  return { grant, store }
}

/** The person's browser: the suite consents by itself, and answers with the redirect or with a form. */
async function browsed(url: string): Promise<string> {
  const response = await fetch(url, { redirect: 'manual' })
  const location = response.headers.get('location')
  const page = await response.text()
  if (location !== null) return new URL(location, url).href
  const fields = [...page.matchAll(/<input\b[^>]*>/gi)].flatMap(([input]) => {
    const name = /\bname="([^"]*)"/i.exec(input)?.[1]
    return name === undefined ? [] : [[name, plain(/\bvalue="([^"]*)"/i.exec(input)?.[1] ?? '')]]
  })
  if (fields.length === 0) throw new Error(`The authorization endpoint answered ${response.status} without a redirect`)
  return new URLSearchParams(fields).toString()
}

function plain(html: string): string {
  return html.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&lt;', '<').replaceAll('&amp;', '&')
}
