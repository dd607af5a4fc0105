import { fastifyCookie } from '@fastify/cookie'
import type { FastifyRequest, onRequestHookHandler } from 'fastify'
import { CSRF_HEADER } from '../contract/index.ts'
import { Refusal } from '../problem.ts'
import type { App } from '../routes/app-type.ts'
import type { Services } from '../services.ts'
import type { KnownKey } from './api-keys.ts'
import { SESSION_COOKIE } from './cookies.ts'
import { type AccountUse, mayLink, mayReadMail, maySee } from './permissions.ts'
import type { SignedIn } from './sessions.ts'

/**
 * Who may call a route. `open`: everybody. `page`: our own page, signed in or not. `session`: somebody signed in.
 * `admin`: an administrator, signed in. `key`: a program. `session-or-key`: either.
 */
export type Access = 'open' | 'page' | 'session' | 'admin' | 'key' | 'session-or-key'

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access
    /** What is done with the account that the address names; whoever may not learns nothing of it. */
    account?: AccountUse
  }
  interface FastifyRequest {
    signedIn: SignedIn | undefined
    apiKey: KnownKey | undefined
  }
}

/** What the OpenAPI document says about it. */
const SECURITY: Readonly<Record<Access, readonly { readonly [scheme: string]: readonly string[] }[]>> = {
  open: [],
  page: [],
  session: [{ session: [] }],
  admin: [{ session: [] }],
  key: [{ apiKey: [] }],
  'session-or-key': [{ apiKey: [] }, { session: [] }],
}

const { parse } = fastifyCookie

/** Checks each request before its body is read. A route that does not say who may call it cannot be added. */
export function guard(app: App, { deps, sessions, apiKeys, accounts }: Services): void {
  const { origin } = new URL(deps.publicUrl)
  app.decorateRequest('signedIn', undefined)
  app.decorateRequest('apiKey', undefined)
  app.addHook('onRoute', (route) => {
    const { url, config } = route
    if (url.startsWith('/v1/') && config?.access === undefined) throw new Error(`${url} does not say who may call it`)
    if (url.startsWith('/v1/accounts/:id') && config?.account === undefined) {
      throw new Error(`${url} does not say what it does with the account`)
    }
    const { access = 'open', account } = config ?? {}
    if (route.schema !== undefined && url.startsWith('/v1/')) {
      route.schema = { ...route.schema, security: SECURITY[access] }
    }
    // To each route its own: what it asks for is not looked up with every request.
    if (access !== 'open') route.onRequest = [check(access, account), ...[route.onRequest ?? []].flat()]
  })
  const admit = async (request: FastifyRequest, access: Access, account: AccountUse | undefined): Promise<void> => {
    if (isForKeys(request, access)) {
      request.apiKey = await apiKeys.find(request.headers.authorization)
      return
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') assertOwnPage(request, origin)
    if (access === 'page') return
    request.signedIn = await sessions.find(parse(request.headers.cookie ?? '')[SESSION_COOKIE])
    if (request.signedIn === undefined) throw new Refusal('SIGN_IN_REQUIRED', 'Nobody is signed in.')
    if (access === 'admin' && request.signedIn.user.role !== 'admin') {
      throw new Refusal('FORBIDDEN', 'Only an administrator may do this.')
    }
    if (account === undefined) return
    const { user } = request.signedIn
    const { owner, former_owner } = await accounts.get((request.params as { id: string }).id)
    if (!maySee(user, owner)) throw new Refusal('NOT_FOUND', 'There is no such account.')
    const may = account === 'mail' ? mayReadMail(user, owner, former_owner) : mayLink(user, owner)
    if (account !== 'see' && !may) {
      const message =
        account === 'link'
          ? 'Only the person whose account it is may connect it.'
          : 'Only the person whose account it is may use its mailbox.'
      throw new Refusal('OWNER_ONLY', message)
    }
  }
  const check =
    (access: Access, account: AccountUse | undefined): onRequestHookHandler =>
    (request, _, done) => {
      // Most requests are programs' with a key that is known: they lose no turn.
      if (isForKeys(request, access)) request.apiKey = apiKeys.peek(request.headers.authorization)
      if (request.apiKey !== undefined) return done()
      admit(request, access, account).then(() => done(), done)
    }
}

function isForKeys({ headers }: FastifyRequest, access: Access): boolean {
  return access === 'key' || (access === 'session-or-key' && headers.authorization !== undefined)
}

/** Throws unless a key is for the account. */
export function assertKeyIsFor(key: KnownKey | undefined, account: string): void {
  if (key?.accounts !== undefined && !key.accounts.has(account)) {
    throw new Refusal('API_KEY_SCOPE', 'This API key is not for this account.')
  }
}

/** Other sites can make a browser send our cookie in some ways, but neither this header nor our Origin. */
function assertOwnPage(request: FastifyRequest, ours: string): void {
  const { origin, host } = request.headers
  const site = request.headers['sec-fetch-site']
  if (origin !== undefined && origin !== ours) {
    // Our own page, but opened at another address: that is a person's mistake and no attack.
    if (site === 'same-origin' || (site === undefined && origin.replace(/^https?:\/\//, '') === host)) {
      const message = `This page was opened at ${shown(origin)}, but this server's address is ${ours}. Open it there.`
      throw new Refusal('ADDRESS_MISMATCH', message)
    }
    throw new Refusal('CROSS_SITE', 'This request came from another site.')
  }
  if (site !== undefined && site !== 'same-origin' && site !== 'none') {
    throw new Refusal('CROSS_SITE', 'This request came from another site.')
  }
  if (request.headers[CSRF_HEADER] !== '1') {
    throw new Refusal('CROSS_SITE', `A request with a session needs the header "${CSRF_HEADER}: 1".`)
  }
}

function shown(origin: string): string {
  return URL.canParse(origin) ? new URL(origin).origin : 'another address'
}
