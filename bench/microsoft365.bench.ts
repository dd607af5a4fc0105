import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { resolveProvider } from '@evergrant/core'
import { Account, MSGraphProtocol } from '@evergrant/microsoft365'
import { Client } from '@microsoft/microsoft-graph-client'
import { type Contender, contest } from './contest.ts'
import { msal } from './peers.ts'
import { ratioTable } from './table.ts'
import { tokenEndpoint } from './token-endpoint.ts'

const USERS = 10_000

/**
 * What a call of Microsoft Graph costs beyond sending it, with a token that is already there: ours, and the official
 * client's with MSAL Node as its documentation has it. Nothing is sent: `fetch` answers at once, because a socket costs
 * many times what is measured here.
 */
export async function microsoft365(): Promise<string> {
  // First: the contest takes `fetch` from whoever asks for the contenders' names.
  const streamed = await streaming()
  const endpoint = await tokenEndpoint()
  const { fetch: real } = globalThis
  try {
    const { url } = endpoint
    const rows = await contest({ module: import.meta.url, url, calls: 1000, rounds: 24 })
    const [floor, ours, theirs] = rows.map(({ figure }) => figure)
    const beyond = (figure = 0): number => figure - (floor ?? 0)
    const ratio = (beyond(ours) / beyond(theirs)).toFixed(2)
    return [
      '## A call of Microsoft Graph, and a directory of 10,000',
      '',
      ratioTable('a cached token, `GET /me`, nothing sent', 'CPU µs', rows),
      `Beyond the floor ours costs ${ratio} of the official client's with MSAL.`,
      '',
      streamed,
    ].join('\n')
  } finally {
    globalThis.fetch = real
    endpoint.close()
  }
}

/** Replaces `fetch` of the process: a contender has one of its own, with the floor. */
export async function contestants(url: string): Promise<Contender[]> {
  const [application] = msal(url)
  if (application === undefined) throw new Error('no application')
  const scopes = ['https://graph.microsoft.com/.default']
  await application.acquireTokenByClientCredential({ scopes })
  const provider = { id: 'bench', name: 'Bench', token_endpoint: url, deviations: {} }
  const account = new Account(['bench', 'bench-secret'], {
    provider: resolveProvider(provider),
    authFlowType: 'credentials',
    tenantId: 'contoso.com',
    requestsDelay: 0,
  })
  await account.authenticate()
  const client = Client.initWithMiddleware({
    authProvider: {
      getAccessToken: async () => (await application.acquireTokenByClientCredential({ scopes }))?.accessToken ?? '',
    },
  })
  const me = JSON.stringify({ id: '1', displayName: 'Alice', mail: 'alice@contoso.com' })
  globalThis.fetch = async () => new Response(me, { headers: { 'content-type': 'application/json' } })
  const headers = { authorization: 'Bearer token' }
  const address = 'https://graph.microsoft.com/v1.0/me'
  return [
    { name: 'floor: `fetch` with the header by hand', call: async () => (await fetch(address, { headers })).json() },
    { name: '**evergrant** `account.connection.get`', call: async () => (await account.connection.get('me')).json() },
    { name: 'official Graph client with MSAL Node', call: () => client.api('/me').get() },
  ]
}

/** What is on the heap while users go by, above what was there before the first. */
async function streaming(): Promise<string> {
  const collect = globalThis.gc
  if (collect === undefined) throw new Error('run with --expose-gc')
  const heap = async (): Promise<number> => {
    for (let round = 0; round < 3; round++) {
      await new Promise((resolve) => setImmediate(resolve))
      collect()
    }
    return process.memoryUsage().heapUsed / 1024
  }
  await using api = await directory()
  const source = { token: async () => ({ access_token: 't', token_type: 'Bearer', raw: {} }) }
  const { Connection, Directory } = await import('@evergrant/microsoft365')
  const of = new Directory(
    new Connection(source, { protocol: new MSGraphProtocol({ host: api.url }), requestsDelay: 0 }),
  )
  // What the runtime keeps of a first round is no matter of how many there are.
  for await (const _ of of.getUsers({ limit: 2000 }));
  const before = await heap()
  const figures: number[] = []
  let count = 0
  for await (const _ of of.getUsers()) if (++count % 2000 === 0) figures.push((await heap()) - before)
  const kilobytes = figures.map((one) => Math.round(one).toLocaleString('en')).join(', ')
  return [
    `\`directory().getUsers()\` over ${count.toLocaleString('en')} users of about 250 bytes, a page of 999 at a time. Kilobytes of heap more than`,
    `before, after each 2,000 of them: ${kilobytes}.`,
    '',
  ].join('\n')
}

async function directory(): Promise<AsyncDisposable & { readonly url: string }> {
  const listener = createServer((request, response) => {
    const url = new URL(request.url ?? '', `http://${request.headers.host}`)
    const [top, from] = ['$top', '$skiptoken'].map((name) => Number(url.searchParams.get(name)))
    const value = Array.from({ length: Math.min(top ?? 0, USERS - (from ?? 0)) }, (_, index) =>
      user((from ?? 0) + index),
    )
    const next = (from ?? 0) + value.length
    url.searchParams.set('$skiptoken', String(next))
    const body = { value, ...(next < USERS ? { '@odata.nextLink': url.href } : {}) }
    response.setHeader('content-type', 'application/json').end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => void listener.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(listener.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      listener.close()
      listener.closeAllConnections()
    },
  }
}

function user(index: number): Record<string, unknown> {
  const name = `person-${index}`
  return { id: `${index}`.padStart(36, '0'), displayName: name, mail: `${name}@contoso.com`, jobTitle: 'x'.repeat(100) }
}
