import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { TokenQuery, TokenResult } from '../../contract/index.ts'
import type { Services } from '../../services.ts'
import { answers, ById } from '../answers.ts'
import type { App } from '../app-type.ts'

/** Under load from elsewhere a token may be due and not come; it is asked for again so often at most. */
const SHORTEST_PAUSE = 1

/** For types it is the null of the schema. */
const NOTHING = undefined as unknown as null

/** The same token with an entity tag: whoever has it learns that it is still the one, or waits until it is not. */
export function watchTokenRoute(app: App, { desk, tokens, apiKeys, hub, deps }: Services): void {
  const { clock } = deps
  app.get(
    '/v1/accounts/:id/token',
    {
      config: { access: 'key', account: 'see' },
      exposeHeadRoute: false,
      schema: {
        summary: 'A valid access token, when it is another one than you have',
        description:
          'The entity tag is the token’s `generation`. With `If-None-Match: "<generation>"` the answer is 304 while the token is ' +
          'still that one; with `wait` it comes as soon as there is another one, whichever server made it, or after that time.',
        tags: ['tokens'],
        params: ById,
        querystring: TokenQuery,
        response: { ...answers(TokenResult), 304: Type.Null({ description: 'The token is still the same.' }) },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const { min_ttl, scope, resource, wait = '0' } = request.query
      const want = {
        ...(min_ttl === undefined ? {} : { min_ttl: Number(min_ttl) }),
        ...(scope === undefined ? {} : { scope }),
        ...(resource === undefined ? {} : { resource }),
      }
      const known = tagsOf(request)
      const until = clock.monotonic() + Number(wait)
      const watch = tokens.watches.watch(id)
      // Also when the server stops, the key is deleted or whoever waits has gone.
      const leave = hub.add({ holder: request.apiKey?.hash ?? '', program: true, close: () => watch.wake() })
      reply.raw.once('close', () => watch.wake())
      try {
        for (;;) {
          const token = await desk.hand(id, want, request.apiKey, request)
          const left = until - clock.monotonic()
          const isOver = left <= 0 || hub.closed || reply.raw.destroyed
          const isNews = !known.has('*') && !known.has(token.generation)
          if (isNews || isOver) {
            reply.header('etag', `W/"${token.generation}"`)
            if (isNews) return token
            // RFC 9110 §15.4.5: nothing is sent, so no length of anything either; null would be four octets of JSON.
            return reply.code(304).send(NOTHING)
          }
          const due = token.expires_at === undefined ? left : token.expires_at - clock.now()
          await watch.pause(Math.min(left, Math.max(SHORTEST_PAUSE, due)))
          request.apiKey = await apiKeys.find(request.headers.authorization)
        }
      } finally {
        leave()
        watch.stop()
      }
    },
  )
}

/** Weakly compared (RFC 9110 §13.1.2): `expires_in` counts down while the token stays. */
function tagsOf({ headers }: Pick<FastifyRequest, 'headers'>): ReadonlySet<string> {
  const tags = (headers['if-none-match'] ?? '').split(',')
  return new Set(tags.map((tag) => tag.trim().replace(/^(?:W\/)?"(.*)"$/, '$1')))
}
