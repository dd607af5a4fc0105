import { OAuthError, scrub } from '@evergrant/core'
import type { MailServer } from '../discovery/mail-server.ts'
import type { MailConnecting } from '../wire/connect.ts'
import { connectionFailure, serverName } from '../wire/connection-failure.ts'
import type { Wire } from '../wire/wire.ts'
import { type MailTokens, openMailbox } from './open.ts'
import type { SignIn } from './sign-in.ts'

/** A message as POP3 lists it. */
export interface PopMessage {
  /** Its number while this connection lasts. */
  readonly number: number
  /** Octets. */
  readonly size: number
  /** The same over all connections (RFC 1939 §7); undefined where the server has none. */
  readonly uid?: string | undefined
}

/** How a mailbox is opened over POP3. */
export interface PopOptions extends MailConnecting {
  /** The largest message that is read, in octets. Default 50 MiB. */
  readonly largest?: number | undefined
}

/** A mailbox over POP3. One command at a time: calls at once wait for each other. */
export interface PopMailbox extends AsyncDisposable {
  /** How many messages there are, and their octets. */
  stat(): Promise<{ readonly messages: number; readonly octets: number }>
  list(): Promise<readonly PopMessage[]>
  /** A whole message. Rejects with `MAIL_ANSWER_INVALID` when it is larger than allowed, and the connection is over. */
  retrieve(number: number): Promise<Buffer>
  /** Deletes it when the connection ends with `close`, not before. */
  delete(number: number): Promise<void>
  /** Ends the connection: what was deleted is gone. */
  close(): Promise<void>
}

const LONGEST_LINE = 65_536
const MOST_MESSAGES = 1_000_000

/**
 * Opens a mailbox over POP3 with an access token (RFC 1939, RFC 5034): STLS where the server is given so, XOAUTH2 or OAUTHBEARER.
 * The token goes on a line of its own, as some servers take no other form and a POP3 command has 255 octets at most.
 *
 * @example
 * ```ts
 * import type { TokenSource } from '@evergrant/core'
 * import { openPop } from '@evergrant/mail/sign-in'
 *
 * async function newest(source: TokenSource): Promise<Buffer | undefined> {
 *   const pop = { host: 'pop.example.org', port: 995, security: 'tls' } as const
 *   await using mailbox = await openPop(source, { mailbox: 'alice@example.org', pop })
 *   const last = (await mailbox.list()).at(-1)
 *   return last && mailbox.retrieve(last.number)
 * }
 * ```
 */
export async function openPop(
  source: MailTokens,
  { mailbox, pop }: { readonly mailbox: string; readonly pop: MailServer },
  options: PopOptions = {},
): Promise<PopMailbox> {
  const { largest = 52_428_800 } = options
  const { wire, login } = await openMailbox('pop', source, { server: pop, mailbox }, options)
  let last: Promise<unknown> = Promise.resolve()
  let over = false

  /** One after another; a broken connection breaks those that wait too. */
  const turn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(async () => {
      if (over) throw new OAuthError('ABORTED', `The mailbox ${mailbox} has been closed.`)
      try {
        return await work()
      } catch (error) {
        const known = connectionFailure(error, pop)
        if (known.code !== 'MAIL_COMMAND_REFUSED') {
          over = true
          wire.destroy()
        }
        throw known
      }
    })
    last = next.catch(() => undefined)
    return next
  }
  const ask = async (command: string): Promise<string> => {
    await wire.write(`${command}\r\n`)
    const line = await lineOf(wire, login)
    if (/^\+OK\b/i.test(line)) return line.slice(3).trim()
    const said = scrub(line.slice(0, 500), [login.token])
    const message = `${serverName(pop)} signed ${mailbox} in, then refused ${command}: ${said}`
    throw new OAuthError('MAIL_COMMAND_REFUSED', message, { error_description: said })
  }
  const rows = async (command: string): Promise<Map<number, string>> => {
    await ask(command)
    const found = new Map<number, string>()
    for (let line = await lineOf(wire, login); line !== '.'; line = await lineOf(wire, login)) {
      const [, number, value] = /^(\d{1,9}) (\S+)/.exec(line) ?? []
      if (number === undefined || value === undefined || found.size >= MOST_MESSAGES) throw odd(login, line)
      found.set(Number(number), value)
    }
    return found
  }
  const close = async (): Promise<void> => {
    await turn(async () => {
      await ask('QUIT')
    }).catch(() => undefined)
    over = true
    wire.end()
  }

  return {
    stat: () =>
      turn(async () => {
        const [, messages, octets] = /^(\d+) (\d+)/.exec(await ask('STAT')) ?? []
        if (messages === undefined || octets === undefined) throw odd(login, 'STAT')
        return { messages: Number(messages), octets: Number(octets) }
      }),
    list: () =>
      turn(async () => {
        const sizes = await rows('LIST')
        const uids = await rows('UIDL').catch((error: unknown) => {
          if (error instanceof OAuthError && error.code === 'MAIL_COMMAND_REFUSED') return new Map<number, string>()
          throw error
        })
        return [...sizes].map(([number, size]) => ({ number, size: Number(size), uid: uids.get(number) }))
      }),
    retrieve: async (number) => {
      const command = `RETR ${whole(number)}`
      return turn(async () => {
        await ask(command)
        const lines: Buffer[] = []
        let size = 0
        for (let line = await lineOf(wire, login); line !== '.'; line = await lineOf(wire, login)) {
          // RFC 1939 §3: a line that begins with a dot has been given another one.
          const text = Buffer.from(`${line.startsWith('.') ? line.slice(1) : line}\r\n`, 'latin1')
          size += text.length
          if (size > largest) throw odd(login, `a message of more than ${largest} octets`)
          lines.push(text)
        }
        return Buffer.concat(lines)
      })
    },
    delete: async (number) => {
      const command = `DELE ${whole(number)}`
      await turn(() => ask(command))
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

async function lineOf(wire: Wire, { server }: SignIn): Promise<string> {
  const line = await wire.line(LONGEST_LINE)
  if (line === undefined)
    throw new OAuthError('MAIL_SERVER_UNREACHABLE', `${serverName(server)} closed the connection.`)
  return line
}

function whole(number: number): number {
  if (Number.isSafeInteger(number) && number > 0) return number
  throw new OAuthError('INVALID_ARGUMENT', 'The number of a message must be 1 or more.')
}

function odd({ server, token }: SignIn, line: string): OAuthError {
  const words = scrub(line.slice(0, 200), [token])
  return new OAuthError('MAIL_ANSWER_INVALID', `${serverName(server)} gave an unexpected answer: ${words}`)
}
