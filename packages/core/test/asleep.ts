import { setTimeout as sleep } from 'node:timers/promises'

/** Resolves when the code under test has gone to sleep on this clock; rejects when it does not. */
export async function asleep(clock: { readonly sleepers: number }): Promise<void> {
  for (let turn = 0; clock.sleepers === 0; turn++) {
    if (turn > 1000) throw new Error('Nobody went to sleep.')
    await sleep(2)
  }
}
