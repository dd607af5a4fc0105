/** Lets the readers of a server wait for each other, so that their writers race for sure and not by luck. */
export interface Gathering {
  /** Keeps the next reads until so many have come. */
  expect(count: number): void
  /** A read's turn: at once, unless readers are being gathered. */
  turn(): Promise<void>
}

export function gathering(): Gathering {
  let expected = 0
  let waiting: (() => void)[] = []
  return {
    expect: (count) => {
      expected = count
    },
    async turn() {
      if (expected === 0) return
      await new Promise<void>((go) => {
        waiting.push(go)
        if (waiting.length < expected) return
        expected = 0
        const together = waiting
        waiting = []
        for (const next of together) next()
      })
    },
  }
}
