import type { ServerResponse } from 'node:http'
import { asMembersSee } from '../../connections/connection-view.ts'
import { Account, Connection, type ServerEvents } from '../../contract/index.ts'
import { requestLanguage } from '../../languages/request-language.ts'
import { spokenFields } from '../../languages/spoken-fields.ts'
import { Refusal } from '../../problem.ts'
import type { KnownKey } from '../../security/api-keys.ts'
import { maySee } from '../../security/permissions.ts'
import type { SignedIn } from '../../security/sessions.ts'
import type { Services } from '../../services.ts'
import type { App } from '../app-type.ts'

/** Proxies and browsers take a silent connection for a dead one. */
const HEARTBEAT = 15_000
/** A browser that reads so slowly is cut off; it comes back and reads everything again. */
const MOST_WAITING = 1_048_576

/** The texts for people in what the events tell. */
const texts: Readonly<Record<string, ReturnType<typeof spokenFields>>> = {
  account: spokenFields(Account),
  connection: spokenFields(Connection),
}

export function streamRoute(app: App, { hub, deps, sessions, apiKeys, languages }: Services): void {
  app.get(
    '/v1/events',
    {
      config: { access: 'session-or-key' },
      // A HEAD request would begin a stream that nobody reads.
      exposeHeadRoute: false,
      schema: {
        summary: 'What changes, as server-sent events',
        description:
          'Events for a person: hello, account, account_removed, accounts_changed, connection, connection_removed, notices. For a program with an API key, about the accounts that the key is for: hello, account, account_removed, and token when an account has another one (`account`, `generation`, `expires_at`). Nothing is replayed: read everything again after (re)connecting.',
        tags: ['events'],
        produces: ['text/event-stream'],
      },
    },
    async (request, reply) => {
      const say = await languages.speaker(requestLanguage(request, languages.tags))
      if (hub.closed) throw new Refusal('SHUTTING_DOWN', 'The server is stopping.', { retryAfter: 5 })
      reply.hijack()
      const { raw } = reply
      raw.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store, no-transform',
        // nginx would collect events before passing them on.
        'x-accel-buffering': 'no',
        'x-content-type-options': 'nosniff',
      })
      const { signedIn, apiKey, headers } = request
      const holds = async (): Promise<boolean> =>
        apiKey === undefined
          ? sessions.holds(signedIn?.session ?? '')
          : (await apiKeys.find(headers.authorization)).id === apiKey.id
      const heartbeat = setInterval(() => {
        write(raw, ':\n\n')
        holds().then(
          (still) => still || raw.end(),
          () => raw.end(),
        )
      }, HEARTBEAT)
      const user = signedIn?.user
      const hears = apiKey === undefined ? isForUser : isForKey(apiKey)
      const remove = hub.add({
        holder: apiKey?.hash ?? signedIn?.session ?? '',
        program: apiKey !== undefined,
        send: (name, data) => {
          if (!hears(name, data, user)) return
          const shown = name === 'connection' && user?.role !== 'admin' ? asMembersSee(data as Connection) : data
          const said = say === undefined ? shown : (texts[name]?.(shown, say) ?? shown)
          write(raw, `event: ${name}\ndata: ${JSON.stringify(said)}\n\n`)
        },
        close: () => raw.end(),
      })
      raw.once('close', () => {
        clearInterval(heartbeat)
        remove()
      })
      write(raw, `retry: 2000\nevent: hello\ndata: ${JSON.stringify({ version: deps.version })}\n\n`)
    },
  )
}

function write(to: ServerResponse, text: string): void {
  if (to.writableEnded || to.destroyed) return
  if (to.writableLength > MOST_WAITING) to.destroy()
  else to.write(text)
}

/** Members hear of their own accounts, as they see them. What was removed has only an id. */
function isForUser(name: string, data: unknown, user: SignedIn['user'] | undefined): boolean {
  if (user === undefined || name === 'token') return false
  return name !== 'account' || maySee(user, (data as Account).owner?.id ?? null)
}

/** Programs hear of the accounts that their key is for, and of nothing else. */
function isForKey({ accounts }: KnownKey): (name: string, data: unknown) => boolean {
  return (name, data) => {
    if (name !== 'account' && name !== 'account_removed' && name !== 'token') return false
    const id = name === 'token' ? (data as ServerEvents['token']).account : (data as { readonly id: string }).id
    return accounts === undefined || accounts.has(id)
  }
}
