import { clientCredentialsFlow, defineClient, memoryStore, resolveProvider, tokenSources } from '@evergrant/core'
import { measure } from 'mitata'
import * as openid from 'openid-client'
import { msal, msalWithAccounts, SCOPES, simple } from './peers.ts'
import { median, type Row, ratioTable } from './table.ts'
import { tokenEndpoint } from './token-endpoint.ts'

/** Nanoseconds of one awaited call, median of several measurements. */
async function nanoseconds(call: () => Promise<unknown>, runs = 5): Promise<number> {
  const figures: number[] = []
  for (let run = 0; run < runs; run++) figures.push((await measure(async () => await call())).p50)
  return median(figures)
}

/**
 * A token that is already there: what every call of every program pays. The floor is an awaited look-up in a `Map`
 * with an expiry check.
 */
export async function cachedToken(): Promise<string> {
  const endpoint = await tokenEndpoint()
  const tables: string[] = []
  try {
    for (const grants of [1, 1_000, 100_000]) tables.push(await among(grants, endpoint.url))
  } finally {
    endpoint.close()
  }
  return ['## A token that is already there', '', ...tables].join('\n')
}

async function among(grants: number, url: string): Promise<string> {
  const rows: Row[] = [{ name: 'floor: awaited Map look-up and expiry check', figure: await floor(grants) }]
  rows.push({ name: '**evergrant** `sources.get(id).token()`', figure: await evergrant(grants, url) })
  if (grants === 1) {
    rows.push({
      name: 'simple-oauth2, one hand-held token',
      figure: await simpleOauth2(url),
      note: 'no store of its own',
    })
    rows.push({
      name: 'openid-client, one hand-held token',
      figure: await openidClient(url),
      note: 'no store of its own',
    })
  }
  if (grants <= 1_000) {
    rows.push({
      name: '@azure/msal-node',
      figure: await msalNode(grants),
      note: `\`acquireTokenSilent\` for ${grants === 1 ? 'one account' : `one of ${grants.toLocaleString('en')} accounts`}`,
    })
    rows.push({
      name: '@azure/msal-node, for itself',
      figure: await msalNodeForItself(grants, url),
      note: `\`acquireTokenByClientCredential\`, ${grants.toLocaleString('en')} ${grants === 1 ? 'entry' : 'entries'}`,
    })
  }
  return ratioTable(`picked among ${grants.toLocaleString('en')}`, 'ns', rows)
}

/** Ids in an order that no cache line likes, the same for every row. */
function walk(grants: number): () => string {
  const ids = Array.from({ length: grants }, (_, index) => `grant-${index}`)
  let at = 0
  return () => {
    at = (at + 7919) % grants
    return ids[at] ?? ''
  }
}

async function floor(grants: number): Promise<number> {
  const next = walk(grants)
  const tokens = new Map<string, { access_token: string; expires_at: number }>()
  for (let index = 0; index < grants; index++) {
    tokens.set(`grant-${index}`, { access_token: 'x'.repeat(16) + index, expires_at: Date.now() / 1000 + 3600 })
  }
  const look = async (): Promise<string | undefined> => {
    const token = tokens.get(next())
    return token !== undefined && Date.now() / 1000 < token.expires_at ? token.access_token : undefined
  }
  return nanoseconds(look)
}

async function evergrant(grants: number, token_endpoint: string): Promise<number> {
  const provider = resolveProvider({ id: 'bench', name: 'Bench', token_endpoint })
  const fixed = JSON.stringify({ access_token: 'x'.repeat(800), token_type: 'Bearer', expires_in: 3600 })
  const http = { fetch: async () => new Response(fixed, { headers: { 'content-type': 'application/json' } }) }
  const client = defineClient({ provider, client_id: 'bench', client_secret: 'bench-secret', http })
  const sources = tokenSources({ store: memoryStore(), client, flow: clientCredentialsFlow() })
  for (let index = 0; index < grants; index++) await sources.get(`grant-${index}`).token()
  const next = walk(grants)
  return nanoseconds(() => sources.get(next()).token())
}

async function simpleOauth2(url: string): Promise<number> {
  const token = await simple(url).getToken({})
  return nanoseconds(async () => (token.expired() ? undefined : token.token['access_token']))
}

async function openidClient(url: string): Promise<number> {
  const configuration = new openid.Configuration({ issuer: url, token_endpoint: url }, 'bench', 'bench-secret')
  openid.allowInsecureRequests(configuration)
  const tokens = await openid.clientCredentialsGrant(configuration)
  return nanoseconds(async () => ((tokens.expiresIn() ?? 0) > 0 ? tokens.access_token : undefined))
}

async function msalNode(grants: number): Promise<number> {
  const { application, accounts } = await msalWithAccounts(grants)
  const next = walk(grants)
  const runs = grants === 1 ? 5 : 3
  // The program holds the account that it wants; looking it up in the cache would cost besides.
  const call = async (): Promise<string | undefined> => {
    const account = accounts[Number(next().slice(6))]
    return account && (await application.acquireTokenSilent({ account, scopes: [...SCOPES] })).accessToken
  }
  if ((await call()) === undefined) throw new Error('no token')
  return nanoseconds(call, runs)
}

/** The same application acting for itself: one entry for each scope, no account. */
async function msalNodeForItself(grants: number, url: string): Promise<number> {
  const [application] = msal(url)
  if (application === undefined) throw new Error('no application')
  for (let index = 0; index < grants; index++) {
    await application.acquireTokenByClientCredential({ scopes: [`api-${index}/.default`] })
  }
  const next = walk(grants)
  const runs = grants === 1 ? 5 : 3
  return nanoseconds(
    () => application.acquireTokenByClientCredential({ scopes: [`api-${next().slice(6)}/.default`] }),
    runs,
  )
}
