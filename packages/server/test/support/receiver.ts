import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A message as it arrived. */
export interface Received {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
  // biome-ignore lint/suspicious/noExplicitAny: tests read whatever fields the contract promises
  readonly json: any
}

/** A program that is told by webhooks. */
export interface Receiver extends AsyncDisposable {
  readonly url: string
  readonly got: Received[]
  /** How it answers from now on; default 204. */
  answer: (response: ServerResponse, received: Received) => void
  /** Types of what arrived, in order. */
  types(): string[]
  /** Waits until so many messages have arrived in all. */
  arrived(count: number): Promise<void>
  /** Most messages that it was busy with at a time. */
  readonly busiest: () => number
}

export async function receiver(): Promise<Receiver> {
  const got: Received[] = []
  let waiting: { readonly count: number; readonly go: () => void }[] = []
  let busy = 0
  let busiest = 0
  const server = createServer(async (request, response) => {
    busiest = Math.max(busiest, ++busy)
    response.on('close', () => busy--)
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part)
    const body = Buffer.concat(parts).toString()
    const received = { path: request.url ?? '', headers: request.headers, body, json: JSON.parse(body || 'null') }
    got.push(received)
    const ready = waiting.filter(({ count }) => got.length >= count)
    waiting = waiting.filter(({ count }) => got.length < count)
    for (const { go } of ready) go()
    it.answer(response, received)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const it: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    got,
    answer: (response) => response.writeHead(204).end(),
    types: () => got.map(({ json }) => json.type),
    busiest: () => busiest,
    arrived: (count) =>
      got.length >= count ? Promise.resolve() : new Promise((go) => void waiting.push({ count, go })),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return it
}

/** Whether a receiver with this secret takes a message for ours: Standard Webhooks, written from its text and not from ours. */
export function isSignedWith(secret: string, { headers, body }: Received): boolean {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const mac = createHmac('sha256', key)
  mac.update(`${String(headers['webhook-id'])}.`)
  mac.update(`${String(headers['webhook-timestamp'])}.`)
  mac.update(body)
  const wanted = `v1,${mac.digest('base64')}`
  return String(headers['webhook-signature']).split(' ').includes(wanted)
}
