import { clientCredentialsFlow, defineClient, memoryStore, resolveProvider, tokenSource } from '@evergrant/core'
import { OAuth2Client } from 'google-auth-library'
import * as openid from 'openid-client'
import { type Contender, contest } from './contest.ts'
import { ratioTable } from './table.ts'
import { tokenEndpoint } from './token-endpoint.ts'

/** A request to an API with a token that is already there. The floor is `fetch` with a header set by hand. */
export async function attachedFetch(): Promise<string> {
  const endpoint = await tokenEndpoint()
  try {
    const { url } = endpoint
    const rows = await contest({ module: import.meta.url, url, calls: 100, rounds: 150, inFlight: 16 })
    return ['## `fetch` with the token attached', '', ratioTable('over a loopback socket', 'CPU µs', rows)].join('\n')
  } finally {
    endpoint.close()
  }
}

/** The ways to send one. */
export async function contestants(url: string): Promise<Contender[]> {
  const provider = resolveProvider({ id: 'bench', name: 'Bench', token_endpoint: url })
  const client = defineClient({ provider, client_id: 'bench', client_secret: 'bench-secret' })
  const source = tokenSource('bench', { client, store: memoryStore(), flow: clientCredentialsFlow() })
  const { access_token } = await source.token()
  const configuration = new openid.Configuration({ issuer: url, token_endpoint: url }, 'bench', 'bench-secret')
  openid.allowInsecureRequests(configuration)
  const google = new OAuth2Client('bench', 'bench-secret')
  google.setCredentials({ access_token, expiry_date: Date.now() + 3_600_000 })
  const headers = { authorization: `Bearer ${access_token}` }
  return [
    { name: 'floor: `fetch` with the header by hand', call: async () => (await fetch(url, { headers })).json() },
    { name: '**evergrant** `source.fetch`', call: async () => (await source.fetch(url)).json() },
    {
      name: 'openid-client `fetchProtectedResource`',
      note: 'no expiry check',
      call: async () => (await openid.fetchProtectedResource(configuration, access_token, new URL(url), 'GET')).json(),
    },
    { name: 'google-auth-library `request`', call: async () => (await google.request({ url })).data },
  ]
}
