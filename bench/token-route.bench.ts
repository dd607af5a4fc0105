import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startPostgres } from '../packages/stores/test/servers/postgres.ts'
import { median } from './table.ts'
import type { Load, Served } from './token-route-process.ts'

/** Blocks of requests that each side gets, in turn: what else the machine does hits all of them. */
const ROUNDS = 24
/** Requests in a block. */
const REQUESTS = 6000
/** Connections, each with one request at a time: programs wait for their token. */
const CONNECTIONS = 32

/** What a block showed: the load's figures, and what the server spent on a request, in microseconds of CPU time. */
interface Block extends Load {
  readonly cpu: number
}

/**
 * `POST /v1/accounts/{id}/token` with a token that is held, against a bare Fastify route that answers the same JSON. The
 * server, the bare one, the bare one once more (what it differs from itself is noise) and what asks them are four
 * processes.
 */
export async function tokenRoute(): Promise<string> {
  const lines: string[] = []
  for (const database of ['SQLite', 'PostgreSQL'] as const) lines.push(...(await measured(database)))
  return [
    '## A token over HTTP',
    '',
    `\`POST /v1/accounts/{id}/token\` with a cached token, ${CONNECTIONS} connections, medians of ${ROUNDS} blocks of ${whole(REQUESTS)} requests in turn.`,
    'The aim is 80 % of the bare route, and a 99th percentile of at most three medians. The bare route against a second process of',
    'itself shows what is noise. CPU time is that of the serving process, user and system, in the quiet tenth of the blocks.',
    '',
    '| data in | | requests | of the bare route | CPU a request | by CPU time | median | p99 | p99 / median |',
    '| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...lines,
    '',
  ].join('\n')
}

async function measured(database: 'SQLite' | 'PostgreSQL'): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'evergrant-bench-'))
  const postgres = database === 'PostgreSQL' ? await startPostgres() : undefined
  const children: ChildProcess[] = []
  const start = async <T>(role: string, order: object): Promise<{ child: ChildProcess; said: T }> => {
    const file = fileURLToPath(new URL('./token-route-process.ts', import.meta.url))
    const child = fork(file, [role, JSON.stringify(order)], { execArgv: ['--conditions=source'] })
    children.push(child)
    return { child, said: (await once(child, 'message'))[0] as T }
  }
  try {
    const url = await postgres?.schema()
    const ours = await start<Served>('server', { folder, ...(url === undefined ? {} : { database: url }) })
    const { answer, path } = ours.said
    const bare = await start<Served>('bare', { answer, path })
    const again = await start<Served>('bare', { answer, path })
    const load = await start('load', {})
    const block = async ({ child, said }: typeof ours): Promise<Block> => {
      const before = await cpuOf(child)
      load.child.send({ ...said, requests: REQUESTS, connections: CONNECTIONS })
      const [figures] = (await once(load.child, 'message')) as [Load]
      return { ...figures, cpu: ((await cpuOf(child)) - before) / REQUESTS }
    }
    const contenders = [
      { name: 'bare Fastify', on: bare, blocks: [] as Block[] },
      { name: '**Evergrant**', on: ours, blocks: [] as Block[] },
      { name: 'bare Fastify, once more', on: again, blocks: [] as Block[] },
    ]
    for (const { on } of [...contenders, ...contenders]) await block(on)
    for (let round = 0; round < ROUNDS; round++) {
      // Nobody always comes first, nor always after the same one.
      const turn = contenders.map((_, index) => contenders[(index + round) % contenders.length])
      for (const one of round % 2 ? turn : turn.reverse()) if (one !== undefined) one.blocks.push(await block(one.on))
    }
    const floor = contenders[0]?.blocks ?? []
    return contenders.map(({ name, blocks }) => row(`${database} | ${name}`, blocks, floor))
  } finally {
    for (const child of children) child.kill('SIGKILL')
    await postgres?.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

async function cpuOf(child: ChildProcess): Promise<number> {
  child.send('cpu')
  return Number((await once(child, 'message'))[0])
}

/** What else the machine does only ever adds to a block: the quiet ones count, as in `contest.ts`. */
function quietCpu(blocks: readonly Block[]): number {
  return blocks.map(({ cpu }) => cpu).toSorted((a, b) => a - b)[Math.floor(blocks.length / 10)] ?? Number.NaN
}

/** The ratio of rates is that of blocks of one round, so that a busy second of the machine is in both. */
function row(name: string, blocks: readonly Block[], floor: readonly Block[]): string {
  const of = (figure: (block: Block) => number): number => median(blocks.map(figure))
  const rates = blocks.map(({ rate }, round) => rate / (floor[round]?.rate ?? Number.NaN))
  const percent = (ratio: number): string => `${(ratio * 100).toFixed(0)} %`
  const cells = [
    name,
    `${whole(of(({ rate }) => rate))}/s`,
    percent(median(rates)),
    `${quietCpu(blocks).toFixed(1)} µs`,
    percent(quietCpu(floor) / quietCpu(blocks)),
    `${of(({ p50 }) => p50).toFixed(2)} ms`,
    `${of(({ p99 }) => p99).toFixed(2)} ms`,
    `${of(({ p99, p50 }) => p99 / p50).toFixed(2)}×`,
  ]
  return `| ${cells.join(' | ')} |`
}

const whole = (value: number): string => Math.round(value).toLocaleString('en')
