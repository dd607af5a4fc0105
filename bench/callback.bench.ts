import { beginAuthorization, defineClient, finishAuthorization, memoryStore, resolveProvider } from '@evergrant/core'
import * as openid from 'openid-client'
import { type Contender, contest } from './contest.ts'
import { ratioTable } from './table.ts'
import { tokenEndpoint } from './token-endpoint.ts'

const redirect_uri = 'http://127.0.0.1/callback'

/**
 * The callback of an authorization: from the address that the browser was sent to until there is a token. The floor
 * compares the state and redeems the code with one `fetch`. Everybody begins a new authorization before, by hand or
 * from one that was begun earlier, so that only the callback is measured.
 */
export async function callback(): Promise<string> {
  const endpoint = await tokenEndpoint()
  try {
    const { url } = endpoint
    const rows = await contest({ module: import.meta.url, url, calls: 100, rounds: 40, inFlight: 16 })
    return ['## A callback, with the code redeemed', '', ratioTable('over a loopback socket', 'CPU µs', rows)].join(
      '\n',
    )
  } finally {
    endpoint.close()
  }
}

/** The ways to deal with one. */
export async function contestants(url: string): Promise<Contender[]> {
  const issuer = new URL(url).origin
  const authorization_endpoint = `${issuer}/authorize`
  const provider = resolveProvider({
    id: 'bench',
    name: 'Bench',
    issuer,
    discovery: 'none',
    authorization_endpoint,
    token_endpoint: url,
  })
  const client = defineClient({
    provider,
    client_id: 'bench',
    client_secret: 'bench-secret',
    client_auth: 'client_secret_post',
  })
  const store = memoryStore()
  const { pending } = await beginAuthorization(client, { grant: 'alice', redirect_uri, scope: 'mail.read' })
  const { state, code_verifier = '' } = pending
  const code = 'c'.repeat(40)
  // A state works once, so each call has one of its own.
  const back = (own: string): string => `${redirect_uri}?code=${code}&state=${own}&iss=${encodeURIComponent(issuer)}`
  const configuration = new openid.Configuration(
    { issuer, authorization_endpoint, token_endpoint: url },
    'bench',
    undefined,
    openid.ClientSecretPost('bench-secret'),
  )
  openid.allowInsecureRequests(configuration)
  const byHand = async (index: number): Promise<unknown> => {
    const own = `${state}${index}`
    const query = new URL(back(own)).searchParams
    if (query.get('state') !== own) throw new Error('another state')
    const code = query.get('code') ?? ''
    const client = { client_id: 'bench', client_secret: 'bench-secret' }
    const body = new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      redirect_uri,
      code_verifier,
      ...client,
    })
    return (await fetch(url, { method: 'POST', body })).json()
  }
  return [
    { name: 'floor: state compared, one `fetch`', call: byHand },
    {
      name: '**evergrant** `finishAuthorization`',
      note: 'state, `iss`, age and client checked; grant written to the memory store',
      call: (index) => {
        const own = `${state}${index}`
        const waiting = { ...pending, state: own, grant: `g${index % 64}` }
        return finishAuthorization(client, { callback: back(own), pending: waiting, store })
      },
    },
    {
      name: 'openid-client `authorizationCodeGrant`',
      note: 'state and `iss` checked; nothing stored',
      call: (index) => {
        const own = `${state}${index}`
        const checks = { expectedState: own, pkceCodeVerifier: code_verifier }
        return openid.authorizationCodeGrant(configuration, new URL(back(own)), checks)
      },
    },
  ]
}
