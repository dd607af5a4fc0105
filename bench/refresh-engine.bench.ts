import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Client,
  defineClient,
  type Flow,
  type GrantStore,
  grant,
  resolveProvider,
  tokenSources,
} from '@evergrant/core'
import { postgresStore } from '@evergrant/stores/postgres'
import { sqliteStore } from '@evergrant/stores/sqlite'
import { startPostgres } from '../packages/stores/test/servers/postgres.ts'
import { median } from './table.ts'

const GRANTS = 400
const ROUNDS = 7
const IN_FLIGHT = 16

/**
 * Refreshes per second with a provider that answers at once, against the least a refresh can cost: two commits of the
 * same records, the mark and the result, on the same store, with as many in flight.
 */
export async function refreshEngine(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'evergrant-bench-'))
  const postgres = await startPostgres()
  try {
    await using sqlite = sqliteStore(join(folder, 'grants.db'))
    await using server = postgresStore(await postgres.schema(), { onWarning: () => undefined })
    const lines = [await compared('SQLite, synchronous=FULL', sqlite), await compared('PostgreSQL', server)]
    return [
      '## Refreshes with a provider that answers at once',
      '',
      `${IN_FLIGHT} at a time, medians of ${ROUNDS} rounds in turn. The aim is 60 % of the two commits.`,
      '',
      '| store | two commits | refreshes | of the limit |',
      '| --- | ---: | ---: | ---: |',
      ...lines,
      '',
    ].join('\n')
  } finally {
    await postgres.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

async function compared(name: string, store: GrantStore): Promise<string> {
  const ids = Array.from({ length: GRANTS }, (_, n) => `grant-${n}`)
  const provider = resolveProvider({ id: 'bench', name: 'Bench', token_endpoint: 'https://provider.example/token' })
  const client: Client = defineClient({ provider, client_id: 'bench' })
  for (const id of ids) await store.put(sample(id), 0)
  let answers = 0
  const flow: Flow = {
    type: 'refresh_token',
    spends: true,
    async request() {
      const n = answers++
      return {
        access_token: `${'x'.repeat(800)}${n}`,
        token_type: 'Bearer',
        expires_at: soon(),
        refresh_token: `r${n}`,
        raw: {},
      }
    },
  }
  const sources = tokenSources({ store, client, flow, hosts: false })
  const refreshed = (id: string): Promise<unknown> => sources.get(id).token({ force: true })
  const twoCommits = async (id: string): Promise<void> => {
    for (let commit = 0; commit < 2; commit++) {
      const held = await store.get(id)
      if (held !== undefined) await store.put(held, held.version)
    }
  }
  const [floors, ours]: [number[], number[]] = [[], []]
  for (let round = 0; round <= ROUNDS; round++) {
    const [floor, own] = [await rate(ids, twoCommits), await rate(ids, refreshed)]
    if (round > 0) {
      floors.push(floor)
      ours.push(own)
    }
  }
  const ratio = median(ours.map((own, index) => own / (floors[index] ?? Number.NaN)))
  const whole = (value: number): string => Math.round(value).toLocaleString('en')
  return `| ${name} | ${whole(median(floors))}/s | ${whole(median(ours))}/s | **${(ratio * 100).toFixed(0)} %** |`
}

async function rate(ids: readonly string[], work: (id: string) => Promise<unknown>): Promise<number> {
  const left = [...ids]
  const began = performance.now()
  const worker = async (): Promise<void> => {
    for (let id = left.pop(); id !== undefined; id = left.pop()) await work(id)
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker))
  return ids.length / ((performance.now() - began) / 1000)
}

const soon = (): number => Date.now() / 1000 + 3600

function sample(id: string): ReturnType<typeof grant> {
  const token = { access_token: 'x'.repeat(800), token_type: 'Bearer', expires_at: soon(), raw: {} }
  return grant({
    id,
    provider: 'bench',
    client: 'bench',
    refresh_token: 'y'.repeat(40),
    access: { '': token },
    standing: { state: 'active', since: 0 },
    updated_at: 0,
    version: 0,
  })
}
