import {
  type Client,
  clientCredentialsFlow,
  defineClient,
  type GrantStore,
  grant,
  memoryStore,
  resolveProvider,
  tokenSource,
} from '@evergrant/core'
import { OAuth2Client } from 'google-auth-library'
import * as openid from 'openid-client'
import { msal, simple } from './peers.ts'
import { type RotatingServer, rotatingServer } from './rotating-server.ts'

type Cell = (server: RotatingServer) => Promise<string>
interface Contender {
  readonly name: string
  readonly none?: Cell
  readonly refused?: Cell
  readonly resources?: Cell
}

const times = <T>(count: number, call: () => Promise<T>): Promise<PromiseSettledResult<T>[]> =>
  Promise.allSettled(Array.from({ length: count }, call))
const fate = ({ seen }: RotatingServer): string => (seen.alive ? 'alive' : '**destroyed**')

/**
 * Many callers at one moment, in one process: nothing is cached; an API refuses the token that all hold; two resources
 * are wanted with one refresh token. The provider rotates refresh tokens without grace.
 */
export async function bursts(): Promise<string> {
  const lines: string[] = []
  for (const contender of CONTENDERS) {
    const cells: string[] = []
    for (const cell of [contender.none, contender.refused, contender.resources]) {
      if (cell === undefined) {
        cells.push('–')
        continue
      }
      const server = await rotatingServer()
      try {
        cells.push(await cell(server))
      } finally {
        server.close()
      }
    }
    lines.push(`| ${contender.name} | ${cells.join(' | ')} |`)
  }
  return [
    '## Many callers at one moment',
    '',
    '| | no token, 1,000 callers: token requests | 20 parallel 401s: refreshes, replays that worked | one refresh token, two resources at once |',
    '| --- | --- | --- | --- |',
    ...lines,
    '',
    '– : the library has no such thing.',
    '',
  ].join('\n')
}

const CONTENDERS: readonly Contender[] = [
  {
    name: '**evergrant**',
    async none(server) {
      const source = tokenSource('bench', {
        client: clientOf(server),
        store: memoryStore(),
        flow: clientCredentialsFlow(),
      })
      await times(1_000, () => source.token())
      return count(server.seen.tokenRequests)
    },
    async refused(server) {
      const source = tokenSource('bench', { client: clientOf(server), store: await connected(server) })
      return replays(server, async () => (await source.fetch(server.api)).status)
    },
    async resources(server) {
      const source = tokenSource('bench', { client: clientOf(server), store: await connected(server) })
      const wanted = ['https://one.example', 'https://two.example']
      const tokens = await Promise.all(wanted.map((resource) => source.token({ resource })))
      const right = tokens.filter((token, index) => token.access_token.endsWith(wanted[index] ?? '-')).length
      return `${right} right tokens, ${server.seen.mostAtOnce} spend at a time, ${fate(server)}`
    },
  },
  {
    name: 'openid-client',
    async none(server) {
      const configuration = configurationOf(server)
      await times(1_000, () => openid.clientCredentialsGrant(configuration))
      return count(server.seen.tokenRequests)
    },
    async resources(server) {
      const configuration = configurationOf(server)
      const wanted = ['https://one.example', 'https://two.example']
      const settled = await Promise.allSettled(
        wanted.map((resource) => openid.refreshTokenGrant(configuration, server.refreshToken, { resource })),
      )
      const right = settled.filter(({ status }) => status === 'fulfilled').length
      return `${right} right tokens, ${server.seen.mostAtOnce} spends at a time, ${fate(server)}`
    },
  },
  {
    name: 'google-auth-library',
    async refused(server) {
      const google = new OAuth2Client({
        clientId: 'bench',
        clientSecret: 'bench-secret',
        endpoints: { oauth2TokenUrl: server.tokenEndpoint },
        forceRefreshOnFailure: true,
      })
      google.setCredentials({
        access_token: 'refused',
        refresh_token: server.refreshToken,
        expiry_date: Date.now() + 3_600_000,
      })
      return replays(server, async () => (await google.request({ url: server.api })).status)
    },
  },
  {
    name: 'simple-oauth2',
    async none(server) {
      const client = simple(server.tokenEndpoint)
      await times(1_000, () => client.getToken({}))
      return count(server.seen.tokenRequests)
    },
  },
  {
    name: '@azure/msal-node',
    async none(server) {
      const [application] = msal(server.tokenEndpoint)
      await times(1_000, async () => application?.acquireTokenByClientCredential({ scopes: ['api/.default'] }))
      return count(server.seen.tokenRequests)
    },
  },
]

const count = (requests: number): string => requests.toLocaleString('en')

async function replays(server: RotatingServer, call: () => Promise<number>): Promise<string> {
  const settled = await times(20, call)
  const worked = settled.filter((one) => one.status === 'fulfilled' && one.value === 200).length
  return `${server.seen.refreshes}, ${worked} of 20, ${fate(server)}`
}

function clientOf({ tokenEndpoint }: RotatingServer): Client {
  const provider = resolveProvider({ id: 'bench', name: 'Bench', token_endpoint: tokenEndpoint })
  return defineClient({ provider, client_id: 'bench', client_secret: 'bench-secret' })
}

function configurationOf({ issuer, tokenEndpoint }: RotatingServer): openid.Configuration {
  const configuration = new openid.Configuration({ issuer, token_endpoint: tokenEndpoint }, 'bench', 'bench-secret')
  openid.allowInsecureRequests(configuration)
  return configuration
}

/** A grant whose access token is not over, but that the API refuses. */
async function connected({ refreshToken }: RotatingServer): Promise<GrantStore> {
  const store = memoryStore()
  const now = Date.now() / 1000
  const held = grant({
    id: 'bench',
    provider: 'bench',
    client: 'bench',
    refresh_token: refreshToken,
    access: { '': { access_token: 'refused', token_type: 'Bearer', expires_at: now + 3600, raw: {} } },
    standing: { state: 'active', since: now },
    updated_at: now,
    version: 0,
  })
  await store.put(held, 0)
  return store
}
