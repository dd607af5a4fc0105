import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Row } from './table.ts'

/** One way of doing a job, to be measured against the others. */
export interface Contender {
  readonly name: string
  readonly note?: string
  readonly call: (index: number) => unknown
}

/** Makes the contenders of a job, the floor first; `url`: what they ask, where they ask something. */
export type Contestants = (url: string) => readonly Contender[] | Promise<readonly Contender[]>

/** How a contest is held. */
export interface Contest {
  /** Address of a module that exports its {@link Contestants} as `contestants`. */
  readonly module: string
  readonly url?: string
  /** Calls in one block. Short ones: what else the machine does hits a block and the floor's beside it alike. */
  readonly calls: number
  /** How many blocks every contender gets, each beside one of the floor. */
  readonly rounds: number
  /** How many calls are under way at once. Default 1. */
  readonly inFlight?: number
}

/**
 * CPU microseconds per call, those of all threads. Every contender meets the floor in processes that the two have to
 * themselves: other contenders' garbage and compiled code are no burden to it, and what a process costs that rests for a
 * while is shared by both. They are measured in many short blocks, each in turn before or after one of the floor. What
 * else a machine does only ever adds to a block, up to three times its cost: so the quiet blocks count, the lowest tenth
 * of each. (The median of the ratios of neighbours gave a function against itself anything between 0.9 and 1.5.)
 */
export async function contest(how: Contest): Promise<Row[]> {
  const [floor, ...others] = await contestants(how)
  if (floor === undefined) return []
  const measured = others.map((other) => ({ other, floors: [] as number[], figures: [] as number[] }))
  const pairs = measured.flatMap((into, index) =>
    Array.from({ length: PROCESSES }, () => ({ into, ...pair(how, index + 1) })),
  )
  try {
    for (const { ready } of pairs) await ready
    for (let round = 0; round < how.rounds; round++) {
      for (const { into, blocks } of pairs) {
        const [beside, figure] = await blocks(round % 2 === 0)
        into.floors.push(beside)
        into.figures.push(figure)
      }
    }
    const one = quiet(measured.flatMap(({ floors }) => floors))
    const rows = measured.map(({ other, floors, figures }) => row(other, (one * quiet(figures)) / quiet(floors)))
    return [row(floor, one), ...rows]
  } finally {
    for (const { child } of pairs) child.kill('SIGKILL')
  }
}

/** Processes for each contender: where the compiler and the heap are lucky in one, they are not in another. */
const PROCESSES = 2

/** The figure that a tenth of the blocks stay below. */
function quiet(figures: readonly number[]): number {
  const sorted = figures.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 10)] ?? Number.NaN
}

function row({ name, note }: Contender, figure: number): Row {
  return { name, figure, ...(note === undefined ? {} : { note }) }
}

async function contestants({ module, url = '' }: Contest): Promise<readonly Contender[]> {
  const made: { contestants: Contestants } = await import(module)
  return made.contestants(url)
}

/** Calls before anything counts: what the compiler does is paid once, and a long-running program has paid it. */
const WARM_UP = 4000

/** The process of one contender and the floor. */
interface Pair {
  readonly child: ChildProcess
  readonly ready: Promise<unknown>
  /** What a block of each cost per call: the floor's, and the contender's. */
  blocks(floorFirst: boolean): Promise<readonly [floor: number, contender: number]>
}

function pair(how: Contest, index: number): Pair {
  const child = fork(fileURLToPath(import.meta.url), ['contender', JSON.stringify(how), String(index)])
  const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`contender ${index} ended with ${code}`)))
  // Also when nobody waits for a block any more.
  ended.catch(() => undefined)
  const said = async (): Promise<unknown> => (await Promise.race([once(child, 'message'), ended]))[0]
  return {
    child,
    ready: said(),
    async blocks(floorFirst) {
      const answer = said()
      child.send({ floorFirst })
      const [floor, contender] = (await answer) as readonly unknown[]
      return [Number(floor), Number(contender)]
    },
  }
}

/** Runs a block of each whenever it is told to, and says what they cost. */
async function serve(how: Contest, index: number): Promise<void> {
  const all = await contestants(how)
  const [floor, one] = [all[0], all[index]]
  if (floor === undefined || one === undefined) throw new Error(`there is no contender ${index}`)
  const { calls, inFlight = 1 } = how
  let call = 0
  const made = async (by: Contender, count: number): Promise<number> => {
    const end = call + count
    const before = process.cpuUsage()
    const worker = async (): Promise<void> => {
      while (call < end) await by.call(call++)
    }
    await Promise.all(Array.from({ length: inFlight }, worker))
    const { user, system } = process.cpuUsage(before)
    return (user + system) / count
  }
  process.on('message', async ({ floorFirst }: { floorFirst: boolean }) => {
    const earlier = floorFirst ? await made(floor, calls) : undefined
    const figure = await made(one, calls)
    process.send?.([earlier ?? (await made(floor, calls)), figure])
  })
  await made(floor, WARM_UP)
  await made(one, WARM_UP)
  process.send?.('ready')
}

if (process.argv[2] === 'contender') {
  process.on('disconnect', () => process.exit())
  // Not awaited: the contenders' module imports this one, and would wait for it.
  void serve(JSON.parse(process.argv[3] ?? ''), Number(process.argv[4]))
}
