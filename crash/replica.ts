/** A server that shares a database with others and is killed or paused by the harness. */
import { systemClock } from '@evergrant/core'
import { proxyFetch } from '@evergrant/core/node'
import { main } from '@evergrant/server/main'

import { PROCESS_HEADER } from './process-header.ts'

let ahead = 0
const clock = { ...systemClock, now: () => systemClock.now() + ahead }

process.on('message', (order: { readonly ahead: number }) => {
  ahead = order.ahead
  process.send?.({ ahead })
})
// As the server sends by itself, but says which process it is: so each lost grant is laid to whom it was lost by.
const send = await proxyFetch({ noProxy: '*' })
const named: typeof fetch = (input, init) => {
  const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined))
  headers.set(PROCESS_HEADER, String(process.pid))
  return send(input, { ...init, headers })
}
process.on('disconnect', () => process.exit())
const server = await main(process.env, { clock, fetch: named, say: () => undefined })
process.send?.({ url: server.listening, setupLink: server.setupLink })
