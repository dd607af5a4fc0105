import { clientCredentialsFlow, defineClient, memoryStore, resolveProvider, tokenSources } from '@evergrant/core'
import * as openid from 'openid-client'
import { type Contender, contest } from './contest.ts'
import { msal, simple } from './peers.ts'
import { ratioTable } from './table.ts'
import { tokenEndpoint } from './token-endpoint.ts'

/**
 * A new token by client credentials over a loopback socket. The floor is one `fetch` with a form.
 */
export async function acquisition(): Promise<string> {
  const endpoint = await tokenEndpoint()
  try {
    const rows = await contest({ module: import.meta.url, url: endpoint.url, calls: 100, rounds: 40, inFlight: 16 })
    return ['## A new token by client credentials', '', ratioTable('over a loopback socket', 'CPU µs', rows)].join('\n')
  } finally {
    endpoint.close()
  }
}

/** The ways to get one. */
export function contestants(url: string): Contender[] {
  const provider = resolveProvider({ id: 'bench', name: 'Bench', token_endpoint: url })
  const client = defineClient({
    provider,
    client_id: 'bench',
    client_secret: 'bench-secret',
    client_auth: 'client_secret_post',
  })
  const sources = tokenSources({ store: memoryStore(), client, flow: clientCredentialsFlow() })
  const configuration = new openid.Configuration(
    { issuer: url, token_endpoint: url },
    'bench',
    undefined,
    openid.ClientSecretPost('bench-secret'),
  )
  openid.allowInsecureRequests(configuration)
  const basic = simple(url)
  const [application] = msal(url)
  if (application === undefined) throw new Error('no application')
  const form = { grant_type: 'client_credentials', client_id: 'bench', client_secret: 'bench-secret' }
  return [
    {
      name: 'floor: one fetch with a form',
      call: async () => (await fetch(url, { method: 'POST', body: new URLSearchParams(form) })).json(),
    },
    {
      name: '**evergrant**, grant recorded before it is returned',
      note: 'mark and result written to the memory store',
      call: async (index) => {
        const source = sources.get(`grant-${index % 64}`)
        return source.token({ force: true })
      },
    },
    { name: 'openid-client', call: () => openid.clientCredentialsGrant(configuration) },
    { name: 'simple-oauth2', call: () => basic.getToken({}) },
    {
      name: '@azure/msal-node',
      call: () => application.acquireTokenByClientCredential({ scopes: ['api/.default'], skipCache: true }),
    },
  ]
}
