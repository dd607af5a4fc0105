import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startPostgres } from '../packages/stores/test/servers/postgres.ts'
import { median } from './table.ts'
import type { Load, Served } from './token-route-process.ts'

/** Blocks of requests that each side gets, in turn: what else the machine does hits both. */
const ROUNDS = 9
/** Requests in a block. */
const REQUESTS = 6000
/** Connections, each with one request at a time: programs wait for their token. */
const CONNECTIONS = 32

/**
 * `POST /v1/accounts/{id}/token` with a token that is held, against a bare Fastify route that answers the same JSON. The
 * server, the bare one and what asks them are three processes.
 */
export async function tokenRoute(): Promise<string> {
  const lines: string[] = []
  for (const database of ['SQLite', 'PostgreSQL'] as const) lines.push(await measured(database))
  return [
    '## A token over HTTP',
    '',
    `\`POST /v1/accounts/{id}/token\` with a cached token, ${CONNECTIONS} connections, medians of ${ROUNDS} blocks in turn.`,
    'The aim is 80 % of the bare route, and a 99th percentile of at most three medians.',
    '',
    '| data in | bare Fastify | Evergrant | of the bare route | median | p99 | p99 / median | bare p99 / median |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...lines,
    '',
  ].join('\n')
}

async function measured(database: 'SQLite' | 'PostgreSQL'): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'evergrant-bench-'))
  const postgres = database === 'PostgreSQL' ? await startPostgres() : undefined
  const children: ChildProcess[] = []
  const start = async <T>(role: string, order: object): Promise<T> => {
    const file = fileURLToPath(new URL('./token-route-process.ts', import.meta.url))
    const child = fork(file, [role, JSON.stringify(order)], { execArgv: ['--conditions=source'] })
    children.push(child)
    return (await once(child, 'message'))[0] as T
  }
  try {
    const url = await postgres?.schema()
    const server = await start<Served>('server', { folder, ...(url === undefined ? {} : { database: url }) })
    const bare = await start<Served>('bare', { answer: server.answer, path: server.path })
    await start('load', {})
    const load = children.at(-1)
    const block = async (on: Served): Promise<Load> => {
      load?.send({ ...on, requests: REQUESTS, connections: CONNECTIONS })
      return (await once(load as ChildProcess, 'message'))[0] as Load
    }
    for (const warm of [bare, server, bare, server]) await block(warm)
    const [floors, ours]: [Load[], Load[]] = [[], []]
    for (let round = 0; round < ROUNDS; round++) {
      const both = [async () => floors.push(await block(bare)), async () => ours.push(await block(server))]
      for (const one of round % 2 ? both : both.reverse()) await one()
    }
    const ratio = median(ours.map(({ rate }, index) => rate / (floors[index]?.rate ?? Number.NaN)))
    const of = (loads: readonly Load[], figure: (load: Load) => number): number => median(loads.map(figure))
    const [rate, floor] = [of(ours, (one) => one.rate), of(floors, (one) => one.rate)]
    const spread = (loads: readonly Load[]): string => `${of(loads, ({ p99, p50 }) => p99 / p50).toFixed(2)}×`
    const ms = (value: number): string => `${value.toFixed(2)} ms`
    return `| ${database} | ${whole(floor)}/s | ${whole(rate)}/s | **${(ratio * 100).toFixed(0)} %** | ${ms(of(ours, ({ p50 }) => p50))} | ${ms(of(ours, ({ p99 }) => p99))} | ${spread(ours)} | ${spread(floors)} |`
  } finally {
    for (const child of children) child.kill('SIGKILL')
    await postgres?.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

const whole = (value: number): string => Math.round(value).toLocaleString('en')
