import { median, type Row } from './table.ts'

/** One way of doing a job, to be measured against the others. */
export interface Contender {
  readonly name: string
  readonly note?: string
  readonly call: (index: number) => unknown
}

/** How a contest is held. */
export interface Contest {
  /** Calls in one block. Short ones: what else the machine does hits a block and the floor's beside it alike. */
  readonly calls: number
  /** How many blocks every contender gets, each beside one of the floor. */
  readonly rounds: number
  /** How many calls are under way at once. Default 1. */
  readonly inFlight?: number
}

/** CPU microseconds of this process per call, all its threads. Calls are counted on, so that none is made twice. */
function measured({ call }: Contender, { calls, inFlight = 1 }: Contest): () => Promise<number> {
  let index = 0
  return async () => {
    const end = index + calls
    const before = process.cpuUsage()
    const worker = async (): Promise<void> => {
      while (index < end) await call(index++)
    }
    await Promise.all(Array.from({ length: inFlight }, worker))
    const { user, system } = process.cpuUsage(before)
    return (user + system) / calls
  }
}

/**
 * CPU microseconds per call. Every contender is measured in many short blocks, each in turn before or after one of the
 * floor, and the median of the ratios of these pairs counts: a machine that slows down for a while slows both of a pair
 * down. Whoever is not being measured rests, and the first fifth of the pairs is for the compiler to warm up.
 */
export async function contest(contenders: readonly Contender[], how: Contest): Promise<Row[]> {
  const [first, ...others] = contenders
  if (first === undefined) return []
  const floor = measured(first, how)
  const candidates = others.map((other) => ({ other, block: measured(other, how), ratios: [] as number[] }))
  const floors: number[] = []
  for (let round = 0; round < how.rounds; round++) {
    for (const { block, ratios } of candidates) {
      const earlier = round % 2 === 0 ? await floor() : undefined
      const figure = await block()
      const beside = earlier ?? (await floor())
      if (round < how.rounds / 5) continue
      floors.push(beside)
      ratios.push(figure / beside)
    }
  }
  const one = median(floors)
  return [row(first, one), ...candidates.map(({ other, ratios }) => row(other, one * median(ratios)))]
}

function row({ name, note }: Contender, figure: number): Row {
  return { name, figure, ...(note === undefined ? {} : { note }) }
}
