import { type AnsweringServer, type Reply, type Seen, startAnsweringServer } from '../answering-server.ts'
import type { Sandbox } from '../sandbox.ts'
import { issuedBy } from './issued-by.ts'

/** Somebody in the directory, as Microsoft Graph names the fields. */
export interface GraphUser {
  readonly id: string
  readonly userPrincipalName: string
  readonly displayName: string
  readonly givenName?: string
  readonly surname?: string
  readonly mail?: string
  /** Id of the manager. */
  readonly manager?: string
}

/**
 * As much of Microsoft Graph as `@evergrant/microsoft365` uses, as its documentation says.
 *
 * - lists: `value`, `@odata.nextLink` with `$skiptoken`, `$top` of at most 999: https://learn.microsoft.com/graph/api/user-list
 * - errors: https://learn.microsoft.com/graph/errors
 * - throttling: 429 with Retry-After: https://learn.microsoft.com/graph/throttling
 * - manager, reports, photo, invitations: https://learn.microsoft.com/graph/api/user-list-manager,
 *   https://learn.microsoft.com/graph/api/profilephoto-get, https://learn.microsoft.com/graph/api/invitation-post
 */
export interface SandboxGraph extends AnsweringServer {
  readonly users: Map<string, GraphUser>
  readonly photos: Map<string, Buffer>
  /** Answered instead, one after another, before anything else is looked at. */
  readonly instead: Reply[]
  /** Tokens that were taken back before they ended. */
  readonly revoked: Set<string>
  /** What the next page is on; the server itself when undefined. */
  nextOrigin: string | undefined
  /** How many entries of lists were sent. */
  sent: number
}

/** How {@link startSandboxGraph} begins. */
export interface SandboxGraphOptions {
  /** The directory. Default: the sandbox's people. */
  readonly users?: Iterable<GraphUser> | undefined
}

/**
 * Starts Microsoft Graph on a free loopback port: `me`, users with paging, manager, reports, photo and invitations. It takes the
 * tokens that this sandbox issued for its own address as the resource (`aud`), and says what Graph says to all others.
 *
 * @example
 * ```ts
 * import { startSandbox, startSandboxGraph } from '@evergrant/sandbox'
 *
 * await using sandbox = await startSandbox()
 * await using graph = await startSandboxGraph(sandbox)
 * console.log(`${graph.url}/v1.0/users`)
 * ```
 */
export async function startSandboxGraph(sandbox: Sandbox, options: SandboxGraphOptions = {}): Promise<SandboxGraph> {
  const people = (): GraphUser[] =>
    sandbox.people().map(({ sub, username, name, email }) => ({
      id: sub,
      userPrincipalName: username,
      displayName: name,
      mail: email,
    }))
  const known = new Map([...(options.users ?? people())].map((user) => [user.id, user]))
  const state = { users: known, photos: new Map<string, Buffer>(), instead: [] as Reply[], revoked: new Set<string>() }
  const it = await startAnsweringServer((seen) => {
    const reply = state.instead.shift()
    if (reply !== undefined) return reply
    const token = issuedBy(sandbox, seen)
    if (token === undefined || state.revoked.has(token.access_token))
      return failure(401, 'InvalidAuthenticationToken', 'Access token is empty, unknown or has ended.', {
        'www-authenticate': 'Bearer realm="", error="invalid_token"',
      })
    if (token.aud !== it.url)
      return failure(401, 'InvalidAuthenticationToken', 'Access token validation failure. Invalid audience.')
    return answered(seen, all, token.upn)
  })
  const all: SandboxGraph = Object.assign(it, state, { nextOrigin: undefined, sent: 0 })
  return all
}

function answered({ method, url, body, headers }: Seen, of: SandboxGraph, upn: string | undefined): Reply {
  const [version, ...path] = url.pathname.split('/').slice(1).map(decodeURIComponent)
  if (version !== 'v1.0' && version !== 'beta') return failure(400, 'BadRequest', 'Invalid version')
  const [list, name, more, size] = path[0] === 'me' ? ['users', upn ?? 'nobody', ...path.slice(1)] : path
  if (list === 'invitations' && method === 'POST') {
    const asked = JSON.parse(body.toString()) as Record<string, unknown>
    const id = 'd4'
    return {
      status: 201,
      body: { id, ...asked, status: 'PendingAcceptance', inviteRedeemUrl: 'https://login.test/redeem' },
    }
  }
  if (list !== 'users') return failure(400, 'BadRequest', `Resource not found for the segment '${list}'.`)
  if (name === undefined) return page([...of.users.values()], url, of, headers['consistencylevel'])
  const user = of.users.get(name) ?? [...of.users.values()].find((one) => same(one.userPrincipalName, name))
  if (user === undefined) return failure(404, 'Request_ResourceNotFound', `Resource '${name}' does not exist.`)
  if (more === 'manager') {
    const manager = of.users.get(user.manager ?? '')
    return manager === undefined ? failure(404, 'Request_ResourceNotFound', 'There is no manager.') : { body: manager }
  }
  if (more === 'directReports')
    return page(
      [...of.users.values()].filter((one) => one.manager === user.id),
      url,
      of,
      undefined,
    )
  if (more === 'photo' || more === 'photos') {
    if (method === 'PUT') {
      of.photos.set(user.id, body)
      return { status: 200 }
    }
    const photo = of.photos.get(user.id)
    if (photo === undefined) return failure(404, 'ImageNotFound', 'The photo was not found.')
    return { headers: { 'content-type': 'image/jpeg' }, body: more === 'photos' ? Buffer.from(size ?? '') : photo }
  }
  const select = url.searchParams.get('$select')?.split(',')
  return {
    body:
      select === undefined ? user : Object.fromEntries(Object.entries(user).filter(([key]) => select.includes(key))),
  }
}

function page(users: readonly GraphUser[], url: URL, of: SandboxGraph, consistency: unknown): Reply {
  const top = Number(url.searchParams.get('$top') ?? 100)
  if (top > 999) return failure(400, 'Request_UnsupportedQuery', `Invalid page size specified: '${top}'.`)
  if (url.searchParams.has('$search') && consistency !== 'eventual')
    return failure(
      400,
      'Request_UnsupportedQuery',
      'Request with $search query parameter only works with ConsistencyLevel: eventual.',
    )
  const from = Number(url.searchParams.get('$skiptoken') ?? 0)
  const value = users.slice(from, from + top)
  of.sent += value.length
  const next = new URL(url.pathname + url.search, of.nextOrigin ?? of.url)
  next.searchParams.set('$skiptoken', String(from + top))
  return { body: { value, ...(from + top < users.length ? { '@odata.nextLink': next.href } : {}) } }
}

function failure(status: number, code: string, message: string, headers: Record<string, string> = {}): Reply {
  return {
    status,
    headers,
    body: { error: { code, message, innerError: { 'request-id': 'r', date: '2026-01-09T02:02:12' } } },
  }
}

function same(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase()
}
