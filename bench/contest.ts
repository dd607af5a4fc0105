import { median, type Row } from './table.ts'

/** One way of doing a job, to be measured against the others. */
export interface Contender {
  readonly name: string
  readonly note?: string
  readonly call: (index: number) => unknown
}

/** How a contest is held. */
export interface Contest {
  /**
   * Calls of one contender per round. Enough for several collections of young objects, or it is chance who pays for
   * one: a request leaves some 40 KB behind, and a collection is due every few hundred.
   */
  readonly calls: number
  readonly rounds: number
  /** How many calls are under way at once. Default 1. */
  readonly inFlight?: number
}

/** CPU microseconds of this process per call, all its threads. */
async function cpu({ call }: Contender, { calls, inFlight = 1 }: Contest): Promise<number> {
  let index = 0
  const before = process.cpuUsage()
  const worker = async (): Promise<void> => {
    while (index < calls) await call(index++)
  }
  await Promise.all(Array.from({ length: inFlight }, worker))
  const { user, system } = process.cpuUsage(before)
  return (user + system) / calls
}

/**
 * CPU microseconds per call. The contenders take turns within each of many short rounds, so that noise hits all of them
 * alike, and each is compared with the first one (the floor) of the same round; the medians count. The first fifth of
 * the rounds is for the compiler to warm up.
 */
export async function contest(contenders: readonly Contender[], how: Contest): Promise<Row[]> {
  const figures = contenders.map((): number[] => [])
  for (let round = 0; round < how.rounds; round++) {
    for (const [index, contender] of contenders.entries()) figures[index]?.push(await cpu(contender, how))
  }
  const warm = figures.map((all) => all.slice(Math.floor(how.rounds / 5)))
  const floor = median(warm[0] ?? [])
  return contenders.map(({ name, note }, index) => {
    const ratio = median((warm[index] ?? []).map((figure, round) => figure / (warm[0]?.[round] ?? figure)))
    return { name, figure: floor * ratio, ...(note === undefined ? {} : { note }) }
  })
}
