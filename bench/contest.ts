import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { median, type Row } from './table.ts'

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
 * CPU microseconds per call, those of all threads. Every contender has a process of its own, as it has in a program:
 * garbage and compiled code of one are no burden to another. They are measured one at a time, in many short blocks, each
 * in turn before or after one of the floor, and the median of the ratios of these pairs counts: a machine that slows
 * down for a while slows both of a pair down.
 */
export async function contest(how: Contest): Promise<Row[]> {
  const all = await contestants(how)
  const blocks = all.map((_, index) => contender(how, index))
  try {
    for (const { ready } of blocks) await ready
    const [floor, ...others] = blocks
    if (floor === undefined) return []
    const floors: number[] = []
    const ratios = others.map((): number[] => [])
    for (let round = 0; round < how.rounds; round++) {
      for (const [index, other] of others.entries()) {
        const earlier = round % 2 === 0 ? await floor.block() : undefined
        const figure = await other.block()
        const beside = earlier ?? (await floor.block())
        floors.push(beside)
        ratios[index]?.push(figure / beside)
      }
    }
    const one = median(floors)
    return all.map(({ name, note }, index) => {
      const figure = index === 0 ? one : one * median(ratios[index - 1] ?? [])
      return { name, figure, ...(note === undefined ? {} : { note }) }
    })
  } finally {
    for (const { child } of blocks) child.kill('SIGKILL')
  }
}

async function contestants({ module, url = '' }: Contest): Promise<readonly Contender[]> {
  const made: { contestants: Contestants } = await import(module)
  return made.contestants(url)
}

/** Calls before anything counts: what the compiler does is paid once, and a long-running program has paid it. */
const WARM_UP = 6000

/** The process of one contender. */
interface Apart {
  readonly child: ChildProcess
  readonly ready: Promise<unknown>
  block(): Promise<number>
}

function contender(how: Contest, index: number): Apart {
  const child = fork(fileURLToPath(import.meta.url), ['contender', JSON.stringify(how), String(index)])
  const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`contender ${index} ended with ${code}`)))
  // Also when nobody waits for a block any more.
  ended.catch(() => undefined)
  const said = (): Promise<unknown[]> => Promise.race([once(child, 'message'), ended])
  return {
    child,
    ready: said(),
    async block() {
      const answer = said()
      child.send('block')
      return Number((await answer)[0])
    },
  }
}

/** Runs a block whenever it is told to, and says what it cost. */
async function serve(how: Contest, index: number): Promise<void> {
  const one = (await contestants(how))[index]
  if (one === undefined) throw new Error(`there is no contender ${index}`)
  const { calls, inFlight = 1 } = how
  let call = 0
  const made = async (count: number): Promise<void> => {
    const end = call + count
    const worker = async (): Promise<void> => {
      while (call < end) await one.call(call++)
    }
    await Promise.all(Array.from({ length: inFlight }, worker))
  }
  process.on('message', async () => {
    const before = process.cpuUsage()
    await made(calls)
    const { user, system } = process.cpuUsage(before)
    process.send?.((user + system) / calls)
  })
  await made(WARM_UP)
  process.send?.('ready')
}

if (process.argv[2] === 'contender') {
  process.on('disconnect', () => process.exit())
  // Not awaited: the contenders' module imports this one, and would wait for it.
  void serve(JSON.parse(process.argv[3] ?? ''), Number(process.argv[4]))
}
