/** Work that goes side by side, but only so much of it for each host. */
export class Lanes {
  readonly #width: number
  readonly #hosts = new Map<string, { readonly ends: Promise<void>[]; next: number }>()

  constructor(width: number) {
    this.#width = width
  }

  add(host: string, work: () => Promise<void>): void {
    const lanes = this.#hosts.get(host) ?? { ends: [], next: 0 }
    this.#hosts.set(host, lanes)
    const lane = lanes.next++ % this.#width
    lanes.ends[lane] = (lanes.ends[lane] ?? Promise.resolve()).then(work)
  }

  async done(): Promise<void> {
    await Promise.all([...this.#hosts.values()].flatMap(({ ends }) => ends))
  }
}
