/** A process that shares a store with others and is killed or paused by the harness. Started by `Worker.start`. */
import { type Clock, defineClient, isOAuthError, resolveProvider, systemClock, tokenSources } from '@evergrant/core'
import { openStore } from '@evergrant/stores/open'
import type { Order, Outcome, Point, Report, WorkerSettings } from './orders.ts'

const { store: url, issuer, client_id, lease, deadline, pace = 1 } = JSON.parse(process.argv[2] ?? '') as WorkerSettings
let ahead = 0
let stopAt: Point | undefined
let gate = Promise.withResolvers<void>()

function report(what: Report): void {
  process.send?.(what)
}

async function reach(point: Point): Promise<void> {
  if (stopAt !== point) return
  stopAt = undefined
  report({ type: 'reached', point })
  await gate.promise
}

const clock = { ...systemClock, now: () => systemClock.now() + ahead }
// Leases are waited for by a clock that may run faster; requests take as long as they take.
const leaseClock: Clock = {
  now: clock.now,
  monotonic: () => systemClock.monotonic() * pace,
  sleep: (seconds, signal) => systemClock.sleep(seconds / pace, signal),
}
const store = await openStore(url)
const provider = resolveProvider({ id: 'sandbox', name: 'Sandbox', issuer })
const sources = tokenSources({
  store,
  client: defineClient({ provider, client_id, http: { deadline, clock } }),
  clock: leaseClock,
  lease,
  testPoints: {
    afterMark: () => reach('afterMark'),
    afterAnswer: () => reach('afterAnswer'),
    afterWrite: () => reach('afterWrite'),
  },
})

async function outcome(grant: string): Promise<Outcome> {
  try {
    return { token: (await sources.get(grant).token()).access_token }
  } catch (error) {
    if (!isOAuthError(error)) throw error
    return { code: error.code, message: error.message }
  }
}

process.on('message', async (order: Order) => {
  if (order.do === 'go') {
    gate.resolve()
    gate = Promise.withResolvers()
    return
  }
  ahead = order.ahead
  stopAt = order.stopAt
  const outcomes = await Promise.all(Array.from({ length: order.callers }, () => outcome(order.grant)))
  report({ type: 'done', id: order.id, outcomes })
})
process.on('disconnect', () => process.exit())
report({ type: 'ready' })
