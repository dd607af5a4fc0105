import { hashKey, type Query, type QueryClient } from '@tanstack/react-query'
import { accountQuery, dropAccount, keepAccount, relistAccounts } from './accounts.ts'
import { dropConnection, keepConnection } from './connections.ts'
import { noticesQuery } from './notices.ts'
import { serverAddress } from './server-address.ts'
import { sessionQuery } from './session.ts'
import type { ServerEvents } from './types.ts'

export type StreamStatus = 'opening' | 'open' | 'lost'

const FIRST_WAIT = 1_000
const LONGEST_WAIT = 15_000
/** Lists are asked for again at most so often, however much happens on the server. */
const RELIST_EVERY = 3_000
const RELIST_SOON = 300
const SESSION_HASH = hashKey(sessionQuery.queryKey)

/**
 * Keeps the query cache equal to the server by its event stream, for as long as it is not closed.
 *
 * The browser reconnects by itself after a broken connection, but gives up after an answer that is no stream
 * (a restarting server behind a proxy): then we open a new one, waiting a little longer each time. What happened
 * before an opening is not replayed: what was there already is asked for again.
 */
export function openEventStream(client: QueryClient, onStatus: (status: StreamStatus) => void): () => void {
  let source: EventSource | undefined
  let timer: number | undefined
  let wait = FIRST_WAIT
  let openedBefore = false
  let relisting: number | undefined
  let relisted = 0

  // What an account is now is shown at once where it stands; where it belongs, and how many there are, a little later.
  const relist = () => {
    const due = Math.max(RELIST_SOON, relisted + RELIST_EVERY - Date.now())
    relisting ??= window.setTimeout(() => {
      relisting = undefined
      relisted = Date.now()
      void relistAccounts(client)
    }, due)
  }

  const open = () => {
    const current = new EventSource(serverAddress('/v1/events'))
    source = current
    current.onopen = () => {
      wait = FIRST_WAIT
      onStatus('open')
      // With the page's first one, few answers are older: most of what it shows is being asked for at this moment.
      void client.invalidateQueries(openedBefore ? {} : { predicate: isAnswered })
      openedBefore = true
    }
    current.onerror = () => {
      onStatus('lost')
      if (current.readyState !== EventSource.CLOSED) return
      // The session may have ended: the answer to this question tells, and the guard acts on it.
      void client.invalidateQueries({ queryKey: sessionQuery.queryKey })
      timer = window.setTimeout(open, wait)
      wait = Math.min(wait * 2, LONGEST_WAIT)
    }
    on(current, 'account', (account) => {
      keepAccount(client, account)
      relist()
    })
    on(current, 'account_removed', ({ id, replaced_by }) => {
      dropAccount(client, id, replaced_by)
      // One that was replaced is not asked for: the page goes on to the account that has its grant.
      if (replaced_by === undefined) void client.invalidateQueries({ queryKey: accountQuery(id).queryKey })
      relist()
    })
    on(current, 'accounts_changed', relist)
    on(current, 'connection', (connection) => keepConnection(client, connection))
    on(current, 'connection_removed', ({ id }) => dropConnection(client, id))
    on(current, 'notices', () => void client.invalidateQueries({ queryKey: noticesQuery.queryKey }))
  }
  open()

  return () => {
    window.clearTimeout(timer)
    window.clearTimeout(relisting)
    source?.close()
  }
}

/** Who is signed in is no part of the stream, and was asked for a moment ago. */
function isAnswered({ state, queryHash }: Query): boolean {
  return state.dataUpdatedAt > 0 && queryHash !== SESSION_HASH
}

function on<Name extends keyof ServerEvents>(
  source: EventSource,
  name: Name,
  act: (data: ServerEvents[Name]) => void,
): void {
  source.addEventListener(name, (event: MessageEvent<string>) => act(JSON.parse(event.data) as ServerEvents[Name]))
}
