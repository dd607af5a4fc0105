import { authorize } from './authorize.ts'
import { consent } from './consent.ts'
import { deviceAuthorization, devicePage } from './device.ts'
import { discovery, jwks } from './discovery.ts'
import { echo } from './echo.ts'
import { type Endpoint, type Exchange, endpoints, type Handler } from './engine.ts'
import { type Answer, emptyAnswer } from './http-answer.ts'
import { introspect } from './introspect.ts'
import { ProtocolError } from './protocol-error.ts'
import { revoke } from './revoke.ts'
import { token } from './token.ts'
import { userinfo } from './userinfo.ts'

interface Route {
  readonly methods: readonly string[]
  readonly handler: Handler
}

const read = ['GET', 'HEAD']
const routes: Readonly<Record<Exclude<Endpoint, 'unknown'>, Route>> = {
  discovery: { methods: read, handler: discovery },
  metadata: { methods: read, handler: discovery },
  jwks: { methods: read, handler: jwks },
  authorize: { methods: ['GET', 'POST'], handler: authorize },
  consent: { methods: ['POST'], handler: consent },
  token: { methods: ['POST'], handler: token },
  device_authorization: { methods: ['POST'], handler: deviceAuthorization },
  device: { methods: ['GET'], handler: devicePage },
  introspect: { methods: ['POST'], handler: introspect },
  revoke: { methods: ['POST'], handler: revoke },
  userinfo: { methods: ['GET', 'POST'], handler: userinfo },
  echo: { methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'], handler: echo },
}

export function routeOf(exchange: Exchange): Handler {
  if (exchange.endpoint === 'unknown') return notFound
  const { methods, handler } = routes[exchange.endpoint]
  if (!methods.includes(exchange.method)) return () => methodNotAllowed(methods)
  const formOnly = exchange.method === 'POST' && exchange.endpoint !== 'echo' && exchange.endpoint !== 'userinfo'
  return formOnly && !isForm(exchange.headers['content-type']) ? formExpected : handler
}

/** Finds the endpoint that a path names, below the issuer's path or the prefix the sandbox is mounted at. */
export function endpointOf(path: string, issuer: string, prefix?: string): Endpoint {
  const issuerPath = new URL(issuer).pathname.replace(/\/$/, '')
  // RFC 8414 §3.1 puts the well-known part between the host and the issuer's path.
  if (path === endpoints.metadata + issuerPath) return 'metadata'
  const mount = prefix ?? issuerPath
  if (!path.startsWith(mount)) return 'unknown'
  const names = Object.keys(endpoints) as (keyof typeof endpoints)[]
  return names.find((name) => endpoints[name] === path.slice(mount.length)) ?? 'unknown'
}

export function isForm(contentType: string | undefined): boolean {
  return /^application\/x-www-form-urlencoded *(;|$)/i.test(contentType ?? '')
}

const notFound: Handler = () => {
  throw new ProtocolError(
    'not_found',
    'The sandbox has no such endpoint; the discovery document lists what there is.',
    { status: 404 },
  )
}

const formExpected: Handler = () => {
  throw new ProtocolError('invalid_request', 'The body must be application/x-www-form-urlencoded (RFC 6749 §3.2).')
}

function methodNotAllowed(methods: readonly string[]): Answer {
  const answer = emptyAnswer(405)
  return { ...answer, headers: { ...answer.headers, allow: methods.join(', ') } }
}
