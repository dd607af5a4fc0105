import type { Socket } from 'node:net'

/**
 * Passes everything on between two sockets until one of them ends, and resolves when both are closed. A side that does not read
 * holds the other back. `idle`: seconds without a single octet after which both are closed; also the end of a program that
 * never reads, and of a side that is gone without a word.
 */
export async function bridge(program: Socket, server: Socket, idle: number): Promise<void> {
  const both = [program, server] as const
  const closed = both.map((socket) => new Promise<void>((resolve) => void socket.once('close', () => resolve())))
  for (const [from, to] of [both, [server, program] as const]) {
    from.setNoDelay(true)
    from.setKeepAlive(true, 60_000)
    from.setTimeout(idle * 1000, () => from.destroy())
    from.on('error', () => undefined)
    // `pipe` passes the end on; what is broken off has no end to pass on.
    from.once('close', () => (to.writableFinished ? to.destroy() : to.end(() => to.destroy())))
    from.pipe(to)
    if (from.destroyed) to.destroy()
  }
  await Promise.all(both.map((socket, at) => (socket.destroyed && socket.closed ? undefined : closed[at])))
}
