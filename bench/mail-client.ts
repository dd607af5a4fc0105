import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { parentPort, workerData } from 'node:worker_threads'

/** What one client of the benchmark does, in a thread of its own. */
export interface MailClientWork {
  readonly port: number
  /** Absent: without TLS. */
  readonly ca?: string
  /** The command that logs in. */
  readonly login: string
  readonly sessions: number
  readonly commands: number
  /** Octets of a mail that is stored and fetched again. */
  readonly mail: number
}

export interface MailClientFigures {
  readonly loginSeconds: number
  readonly commandMilliseconds: readonly number[]
  readonly fetchSeconds: number
}

const work = workerData as MailClientWork

class Client {
  readonly #socket: Socket
  #want:
    | { readonly end: string; readonly done: () => void; readonly failed: (error: Error) => void; tail: string }
    | undefined

  constructor() {
    const { port, ca } = work
    this.#socket =
      ca === undefined
        ? connectTcp({ port, host: '127.0.0.1' })
        : connectTls({ port, host: '127.0.0.1', ca, servername: 'localhost' })
    this.#socket.setNoDelay(true)
    this.#socket.on('close', () => this.#want?.failed(new Error(`closed before ${this.#want.end}`)))
    this.#socket.on('data', (data: Buffer) => {
      if (this.#want === undefined) return
      this.#want.tail = (this.#want.tail + data.toString('latin1')).slice(-4096)
      if (this.#want.tail.includes(this.#want.end)) this.#want.done()
    })
  }

  says(text: string, end: string): Promise<void> {
    const heard = new Promise<void>((resolve, reject) => {
      this.#want = { end, done: resolve, failed: reject, tail: '' }
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
    Array.from({ length: work.sessions }, async () => {
      const client = new Client()
      await client.says(`a ${work.login}\r\n`, 'a OK')
      await client.says('b SELECT INBOX\r\n', 'b OK')
      return client
    }),
  )
  const loginSeconds = (performance.now() - begun) / 1000
  const [first] = clients
  if (first === undefined) throw new Error('no session')
  const commandMilliseconds: number[] = []
  for (let count = 0; count < work.commands; count++) {
    const at = performance.now()
    await first.says('c NOOP\r\n', 'c OK')
    commandMilliseconds.push(performance.now() - at)
  }
  // All of the others are still there.
  await Promise.all(clients.slice(1).map((client) => client.says('c NOOP\r\n', 'c OK')))
  let fetchSeconds = 0
  if (work.mail > 0) {
    const text = `Subject: big\r\n\r\n${`${'x'.repeat(76)}\r\n`.repeat(Math.ceil(work.mail / 78))}`
    await first.says(`d APPEND INBOX {${text.length}}\r\n`, '+ ')
    await first.says(`${text}\r\n`, 'd OK')
    await first.says('e NOOP\r\n', 'e OK')
    const at = performance.now()
    await first.says('f FETCH * BODY.PEEK[]\r\n', 'f OK')
    fetchSeconds = (performance.now() - at) / 1000
  }
  for (const client of clients) client.end()
  return { loginSeconds, commandMilliseconds, fetchSeconds }
}

parentPort?.postMessage(await figures())
