import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { ConfidentialClientApplication, type ICachePlugin } from '@azure/msal-node'
import { ClientCredentials } from 'simple-oauth2'

/** MSAL Node insists on an https authority; its documented network client option sends it to the loopback endpoint. */
export function msal(tokenEndpoint: string, clients = 1, cachePlugin?: ICachePlugin): ConfidentialClientApplication[] {
  const host = 'login.bench.example'
  const tenant = '11111111-1111-1111-1111-111111111111'
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
      const response = await fetch(tokenEndpoint, {
        method: 'POST',
        body: options?.body ?? '',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      })
      const answer = (await response.json()) as Record<string, unknown>
      // Microsoft's answers name the account beside the id_token; MSAL keeps none without.
      const client_info = Buffer.from(JSON.stringify({ uid: 'alice', utid: tenant })).toString('base64url')
      const body = ('id_token' in answer ? { ...answer, client_info } : answer) as T
      return { headers: {}, body, status: response.status }
    },
  }
  return Array.from(
    { length: clients },
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
