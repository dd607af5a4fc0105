/** A server that shares a database with others and is killed or paused by the harness. */
import { systemClock } from '@evergrant/core'
import { main } from '@evergrant/server/main'

let ahead = 0
const clock = { ...systemClock, now: () => systemClock.now() + ahead }

process.on('message', (order: { readonly ahead: number }) => {
  ahead = order.ahead
  process.send?.({ ahead })
})
process.on('disconnect', () => process.exit())
const server = await main(process.env, { clock, say: () => undefined })
process.send?.({ url: server.listening, setupLink: server.setupLink })
