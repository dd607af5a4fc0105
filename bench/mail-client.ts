import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { parentPort, workerData } from 'node:worker_threads'

/** One way to the same mailbox. */
export interface MailWay {
  readonly port: number
  /** Absent: without TLS. */
  readonly ca?: string
  /** The command that logs in. */
  readonly login: string
}

/** What the clients of the benchmark do, in a thread of their own. */
export interface MailClientWork {
  readonly ways: readonly MailWay[]
  /** Sessions of each way. */
  readonly sessions: number
  /** Turns in which each way is measured once, one after the other. */
  readonly rounds: number
  /** Commands of each way in a turn. */
  readonly commands: number
  /** Octets of a mail that is stored once, and fetched by each way in each turn; 0: none. */
  readonly mail: number
}

/** What was measured, in the order of the ways. */
export interface MailClientFigures {
  readonly loginSeconds: number
  readonly ways: readonly {
    readonly commandMilliseconds: readonly number[]
    readonly fetchSeconds: readonly number[]
  }[]
}

const work = workerData as MailClientWork
/** Octets at the end of what came: an answer's last line is in them. */
const WINDOW = 512

class Client {
  readonly #socket: Socket
  #want: { readonly end: string; readonly done: () => void; readonly failed: (error: Error) => void } | undefined
  #tail = ''

  constructor({ port, ca }: MailWay) {
    this.#socket =
      ca === undefined
        ? connectTcp({ port, host: '127.0.0.1' })
        : connectTls({ port, host: '127.0.0.1', ca, servername: 'localhost' })
    this.#socket.setNoDelay(true)
    this.#socket.on('close', () => this.#want?.failed(new Error(`closed before ${this.#want.end}`)))
    this.#socket.on('data', (data: Buffer) => {
      this.#tail = (this.#tail + data.toString('latin1', Math.max(0, data.length - WINDOW))).slice(-WINDOW)
      if (this.#want === undefined || !this.#tail.includes(this.#want.end)) return
      this.#tail = ''
      this.#want.done()
    })
  }

  says(text: string | Buffer, end: string): Promise<void> {
    const heard = new Promise<void>((resolve, reject) => {
      this.#want = { end, done: resolve, failed: reject }
    })
    this.#socket.write(text)
    return heard
  }

  end(): void {
    this.#socket.destroy()
  }
}

async function figures(): Promise<MailClientFigures> {
  const begun = performance.now()
  const clients = await Promise.all(
    work.ways.map((way) =>
      Promise.all(
        Array.from({ length: work.sessions }, async () => {
          const client = new Client(way)
          await client.says(`a ${way.login}\r\n`, 'a OK')
          await client.says('b SELECT INBOX\r\n', 'b OK')
          return client
        }),
      ),
    ),
  )
  const loginSeconds = (performance.now() - begun) / 1000
  const firsts = clients.flatMap(([first]) => (first === undefined ? [] : [first]))
  const found = firsts.map(() => ({ commandMilliseconds: [] as number[], fetchSeconds: [] as number[] }))
  if (work.mail > 0) {
    const text = `Subject: big\r\n\r\n${`${'x'.repeat(76)}\r\n`.repeat(Math.ceil(work.mail / 78))}`
    const [first] = firsts
    await first?.says(`d APPEND INBOX {${text.length}}\r\n`, '+ ')
    await first?.says(Buffer.from(`${text}\r\n`, 'latin1'), 'd OK')
    for (const one of firsts) await one.says('e NOOP\r\n', 'e OK')
  }
  for (let round = 0; round < work.rounds; round++) {
    // Now this one first, now the other: what follows on something else is not always the same.
    const order = firsts.map((client, at) => ({ client, into: found[at] }))
    for (const { client, into } of round % 2 === 0 ? order : order.reverse()) {
      for (let count = 0; count < work.commands; count++) {
        const at = performance.now()
        await client.says('c NOOP\r\n', 'c OK')
        into?.commandMilliseconds.push(performance.now() - at)
      }
      if (work.mail === 0) continue
      const at = performance.now()
      await client.says('f FETCH * BODY.PEEK[]\r\n', 'f OK')
      into?.fetchSeconds.push((performance.now() - at) / 1000)
    }
  }
  // All of the others are still there.
  await Promise.all(clients.flatMap((some) => some.slice(1).map((client) => client.says('c NOOP\r\n', 'c OK'))))
  for (const client of clients.flat()) client.end()
  return { loginSeconds, ways: found }
}

parentPort?.postMessage(await figures())
