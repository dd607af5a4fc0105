import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { type AccountInfo, ConfidentialClientApplication, type ICachePlugin } from '@azure/msal-node'
import { ClientCredentials } from 'simple-oauth2'

/** MSAL Node insists on an https authority; its documented network client option sends it to the loopback endpoint. */
export function msal(tokenEndpoint: string, clients = 1, cachePlugin?: ICachePlugin): ConfidentialClientApplication[] {
  return applications(clients, cachePlugin, async (body) => {
    const response = await fetch(tokenEndpoint, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    })
    const answer = (await response.json()) as Record<string, unknown>
    // Microsoft's answers name the account beside the id_token; MSAL keeps none without.
    return {
      status: response.status,
      body: 'id_token' in answer ? { ...answer, client_info: infoOf('alice') } : answer,
    }
  })
}

/**
 * MSAL Node as a web application has it after so many people signed in: an account, an access token, a refresh token and
 * an id_token each, in the application's own cache. The answers come from memory; the accounts are returned.
 */
export async function msalWithAccounts(
  people: number,
): Promise<{ application: ConfidentialClientApplication; accounts: AccountInfo[] }> {
  const encoded = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url')
  const now = Math.floor(Date.now() / 1000)
  const [application] = applications(1, undefined, async (body) => {
    const uid = new URLSearchParams(body).get('code') ?? ''
    const claims = { iss: `https://${host}/${tenant}/v2.0`, aud: 'bench', iat: now, exp: now + 3600, tid: tenant }
    const person = { sub: `sub-${uid}`, oid: uid, name: uid, preferred_username: `${uid}@bench.example` }
    const id_token = `${encoded({ alg: 'RS256', typ: 'JWT' })}.${encoded({ ...claims, ...person })}.${'s'.repeat(342)}`
    const tokens = { access_token: `${uid}.${'a'.repeat(800)}`, refresh_token: `${uid}.${'r'.repeat(200)}`, id_token }
    const rest = { token_type: 'Bearer', expires_in: 7200, scope: SCOPES.join(' '), client_info: infoOf(uid) }
    return { status: 200, body: { ...tokens, ...rest } }
  })
  if (application === undefined) throw new Error('no application')
  const accounts: AccountInfo[] = []
  for (let index = 0; index < people; index++) {
    const code = `person-${index}`
    const request = { code, redirectUri: 'https://app.bench.example/callback', scopes: [...SCOPES] }
    const { account } = await application.acquireTokenByCode(request)
    if (account === null) throw new Error('no account')
    accounts.push(account)
  }
  return { application, accounts }
}

/** What people consent to in {@link msalWithAccounts}. */
export const SCOPES: readonly string[] = ['user.read', 'mail.read']

const host = 'login.bench.example'
const tenant = '11111111-1111-1111-1111-111111111111'

function infoOf(uid: string): string {
  return Buffer.from(JSON.stringify({ uid, utid: tenant })).toString('base64url')
}

function applications(
  count: number,
  cachePlugin: ICachePlugin | undefined,
  answer: (body: string) => Promise<{ status: number; body: unknown }>,
): ConfidentialClientApplication[] {
  const authority = `https://${host}/${tenant}`
  const metadata = {
    issuer: `${authority}/v2.0`,
    authorization_endpoint: `${authority}/authorize`,
    token_endpoint: `${authority}/token`,
    jwks_uri: `${authority}/keys`,
    end_session_endpoint: `${authority}/logout`,
  }
  const networkClient = {
    sendGetRequestAsync: () => Promise.reject(new Error('the metadata is given')),
    async sendPostRequestAsync<T>(_: string, options?: { headers?: Record<string, string>; body?: string }) {
      const { status, body } = await answer(options?.body ?? '')
      return { headers: {}, body: body as T, status }
    },
  }
  return Array.from(
    { length: count },
    () =>
      new ConfidentialClientApplication({
        auth: {
          clientId: 'bench',
          clientSecret: 'bench-secret',
          authority,
          knownAuthorities: [host],
          authorityMetadata: JSON.stringify(metadata),
        },
        system: { networkClient },
        ...(cachePlugin === undefined ? {} : { cache: { cachePlugin } }),
      }),
  )
}

/** MSAL Node with its cache in a file, as its documentation shows. */
export function msalWithFile(tokenEndpoint: string, file: string): ConfidentialClientApplication[] {
  return msal(tokenEndpoint, 1, {
    async beforeCacheAccess({ tokenCache }) {
      if (existsSync(file)) tokenCache.deserialize(readFileSync(file, 'utf8'))
    },
    async afterCacheAccess({ cacheHasChanged, tokenCache }) {
      if (!cacheHasChanged) return
      writeFileSync(`${file}.${process.pid}`, tokenCache.serialize())
      renameSync(`${file}.${process.pid}`, file)
    },
  })
}

/** simple-oauth2's client credentials client. */
export function simple(tokenEndpoint: string): ClientCredentials {
  const { origin, pathname } = new URL(tokenEndpoint)
  return new ClientCredentials({
    client: { id: 'bench', secret: 'bench-secret' },
    auth: { tokenHost: origin, tokenPath: pathname },
  })
}
