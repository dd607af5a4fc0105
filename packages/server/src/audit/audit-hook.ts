import type {
  FastifyRequest,
  onErrorAsyncHookHandler,
  onRequestAsyncHookHandler,
  onSendAsyncHookHandler,
} from 'fastify'
import type { AuditAction, AuditActor } from '../contract/index.ts'
import { Refusal } from '../problem.ts'
import type { App } from '../routes/app-type.ts'
import type { Services } from '../services.ts'
import type { Deed } from './audit-log.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the audit log calls it when this route was called with success; false: it changes nothing worth noting. */
    audit?: AuditAction | false
  }
  interface FastifyRequest {
    /** What a handler adds to the entry. */
    deed: Partial<Pick<Deed, 'actor' | 'subject' | 'detail'>>
  }
}

const CHANGING = new Set(['POST', 'PUT', 'PATCH', 'DELETE'])

/**
 * Writes down what was done, before the answer leaves. A route that changes something and does not say what the log is to
 * call it cannot be added. Who gave a wrong password of their own is written down too, and for what: they may be somebody
 * else, with a session that they came by. Guesses that had to wait are not: so nobody fills the log with them.
 */
export function auditHook(app: App, { audit, deps }: Services): void {
  app.decorateRequest('deed')
  app.addHook('onRoute', (route) => {
    const { url, method, config } = route
    const changes = [method].flat().some((one) => CHANGING.has(one))
    if (url.startsWith('/v1/') && changes && config?.audit === undefined) {
      throw new Error(`${url} does not say what the audit log is to call it`)
    }
    const action = config?.audit
    if (action === undefined || action === false) return
    // To these routes alone: the route of tokens pays for nothing that it does not use.
    const begin: onRequestAsyncHookHandler = async (request) => {
      request.deed = {}
    }
    const note: onSendAsyncHookHandler = async (request, reply) => {
      if (reply.statusCode >= 400) return
      await audit.add({ actor: actorOf(request), source: request.ip, action, subject: idOf(request), ...request.deed })
    }
    const refuse: onErrorAsyncHookHandler = async (request, _, error: Error) => {
      if (!(error instanceof Refusal) || error.code !== 'PASSWORD_WRONG') return
      const [actor, subject] = [actorOf(request), idOf(request)]
      const deed = { actor, source: request.ip, action: 'password.refused', subject, detail: { for: action } } as const
      // The answer is the same one.
      await audit
        .add(deed)
        .catch((err: unknown) => deps.logger.error({ err, reqId: request.id }, 'not in the audit log'))
    }
    route.onRequest = [begin, ...[route.onRequest ?? []].flat()]
    route.onSend = [...[route.onSend ?? []].flat(), note]
    route.onError = [...[route.onError ?? []].flat(), refuse]
  })
}

/** Whoever is signed in, or the key that the request came with. */
export function actorOf({ signedIn, apiKey }: Pick<FastifyRequest, 'signedIn' | 'apiKey'>): AuditActor {
  if (signedIn !== undefined) return { type: 'user', id: signedIn.user.id, name: signedIn.user.name }
  if (apiKey !== undefined) return { type: 'key', id: apiKey.id, name: apiKey.name }
  return { type: 'nobody' }
}

function idOf({ params }: FastifyRequest): string | undefined {
  const id = (params as { id?: unknown } | undefined)?.id
  return typeof id === 'string' ? id : undefined
}
