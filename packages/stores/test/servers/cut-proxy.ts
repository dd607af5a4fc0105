import { connect, createServer, type Socket } from 'node:net'

/** A proxy that can break connections at the worst moment. */
export interface CutProxy extends AsyncDisposable {
  readonly port: number
  /** From now on what a client sends arrives, and instead of the answer the connection breaks. False: as before. */
  swallowAnswers(on: boolean): void
  /**
   * Breaks the connection of every request whose beginning matches: before any of it arrives, or when it was carried out
   * and is about to be answered. Undefined: as before.
   */
  cut(requests: RegExp | undefined, when?: 'before' | 'after'): void
  /** Resolves when the next request has been cut. */
  hit(): Promise<void>
  /** Breaks every connection, and refuses new ones until told otherwise. */
  refuse(on: boolean): void
}

/** Stands before a server at a port or the path of a socket. */
export async function cutProxy(target: { readonly port: number } | { readonly path: string }): Promise<CutProxy> {
  const open = new Set<Socket>()
  let swallowing = false
  let refusing = false
  let heard: () => void = () => undefined
  let cutting: { readonly requests: RegExp; readonly when: 'before' | 'after' } | undefined
  const cut = (): void => {
    for (const socket of open) socket.destroy()
  }
  const server = createServer((client) => {
    if (refusing) return client.destroy()
    const upstream = connect('path' in target ? target : { ...target, host: '127.0.0.1' })
    for (const socket of [client, upstream]) {
      open.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        open.delete(socket)
        client.destroy()
        // What the client has sent is still taken in.
        upstream.end()
      })
    }
    let answerless = false
    client.on('data', (chunk) => {
      const hit = cutting?.requests.test(chunk.toString('latin1')) === true
      if (hit && cutting?.when === 'before') {
        heard()
        return client.destroy()
      }
      answerless ||= hit
      return upstream.write(chunk)
    })
    upstream.on('data', (chunk) => {
      if (answerless) heard()
      if (swallowing || answerless) client.destroy()
      else client.write(chunk)
    })
    return
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    port: address.port,
    swallowAnswers: (on) => {
      swallowing = on
    },
    cut: (requests, when = 'before') => {
      cutting = requests === undefined ? undefined : { requests, when }
    },
    hit: () =>
      new Promise((resolve) => {
        heard = resolve
      }),
    refuse: (on) => {
      refusing = on
      if (on) cut()
    },
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve))
      cut()
      await closed
    },
  }
}
