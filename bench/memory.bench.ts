import {
  type Client,
  defineClient,
  type Flow,
  grant,
  memoryStore,
  resolveProvider,
  tokenSources,
} from '@evergrant/core'

const GRANTS = 20_000
/** What the strings of one grant take: an access token and a refresh token, one byte a character. */
const TOKEN = 800
const REFRESH = 200

/** Bytes of heap per grant, without the characters of its tokens. */
export async function memory(): Promise<string> {
  const collect = globalThis.gc
  if (collect === undefined) throw new Error('run with --expose-gc')
  const heap = async (): Promise<number> => {
    for (let round = 0; round < 3; round++) {
      await new Promise((resolve) => setImmediate(resolve))
      collect()
    }
    return process.memoryUsage().heapUsed
  }
  const provider = resolveProvider({ id: 'bench', name: 'Bench', token_endpoint: 'https://login.bench.example/token' })
  const client = defineClient({ provider, client_id: 'bench', client_secret: 'bench-secret' })
  const start = await heap()
  const store = memoryStore()
  for (let index = 0; index < GRANTS; index++) await store.put(record(client, index), 0)
  const stored = await heap()
  const flow: Flow = { type: 'none', spends: true, request: async () => undefined }
  const sources = tokenSources({ store, client, flow })
  for (let index = 0; index < GRANTS; index++) await sources.get(`grant-${index}`).token()
  const inUse = await heap()
  if (sources.get('grant-0').peek() === undefined) throw new Error('nothing is held')
  const each = (bytes: number): string => Math.round(bytes / GRANTS).toLocaleString('en')
  return [
    '## Memory of a grant',
    '',
    `Bytes of heap each, ${GRANTS.toLocaleString('en')} grants with an access token of ${TOKEN} and a refresh token of ${REFRESH} characters.`,
    '',
    '| | with its tokens | beyond the token strings |',
    '| --- | ---: | ---: |',
    `| the record in the memory store | ${each(stored - start)} | ${each(stored - start - GRANTS * (TOKEN + REFRESH))} |`,
    `| its token source, with the token ready | ${each(inUse - stored)} | ${each(inUse - stored)} |`,
    `| both | ${each(inUse - start)} | ${each(inUse - start - GRANTS * (TOKEN + REFRESH))} |`,
    '',
  ].join('\n')
}

/** A record as a store parses it: every string its own. */
function record(client: Client, index: number) {
  const now = Date.now() / 1000
  const text = (length: number): string => Buffer.from(`${index}`.padStart(length, 'x')).toString('latin1')
  return grant({
    id: `grant-${index}`,
    provider: client.provider.id,
    client: client.client_id,
    refresh_token: text(REFRESH),
    access: {
      '': { access_token: text(TOKEN), token_type: 'Bearer', expires_at: now + 3600, refresh_at: now + 3000, raw: {} },
    },
    standing: { state: 'active', since: now },
    updated_at: now,
    version: 0,
  })
}
