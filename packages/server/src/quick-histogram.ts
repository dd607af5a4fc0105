/**
 * A histogram that only counts. For what happens with every token that is handed out: observing prom-client's costs more
 * than the rest of handing one out from memory.
 */
export class QuickHistogram {
  readonly #name: string
  readonly #help: string
  readonly #bounds: readonly number[]
  readonly #counts: number[]
  #sum = 0

  /** @param bounds upper bounds of the buckets, ascending */
  constructor(name: string, help: string, bounds: readonly number[]) {
    this.#name = name
    this.#help = help
    this.#bounds = bounds
    this.#counts = new Array<number>(bounds.length + 1).fill(0)
  }

  observe(value: number): void {
    let bucket = 0
    for (const bound of this.#bounds) {
      if (value <= bound) break
      bucket++
    }
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1
    this.#sum += value
  }

  /** In Prometheus' text format. */
  text(): string {
    let count = 0
    const lines = [...this.#bounds, '+Inf'].map((bound, index) => {
      count += this.#counts[index] ?? 0
      return `${this.#name}_bucket{le="${bound}"} ${count}`
    })
    const head = [`# HELP ${this.#name} ${this.#help}`, `# TYPE ${this.#name} histogram`]
    return [...head, ...lines, `${this.#name}_sum ${this.#sum}`, `${this.#name}_count ${count}`, ''].join('\n')
  }
}
