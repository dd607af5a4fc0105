import { TokenResult, TokenWant } from '../../contract/index.ts'
import { problemOf } from '../../problem.ts'
import { assertKeyIsFor } from '../../security/guard.ts'
import type { Services } from '../../services.ts'
import { answers, ById } from '../answers.ts'
import type { App } from '../app-type.ts'

export function tokenRoute(app: App, { tokens, apiKeys, metrics, deps }: Services): void {
  const { clock } = deps
  app.post(
    '/v1/accounts/:id/token',
    {
      config: { access: 'key' },
      schema: {
        summary: 'A valid access token, for a program',
        description:
          'From memory when one is held; refreshed when it is due. Programs that ask at the same time share one refresh. ' +
          'Errors say in `class` whether to try again (`transient`) or to ask a person (`consent`).',
        tags: ['tokens'],
        security: [{ apiKey: [] }],
        params: ById,
        body: TokenWant,
        response: answers(TokenResult),
      },
      // No body asks for what an empty one asks for.
      preValidation: (request, _, done) => {
        request.body ??= {}
        done()
      },
    },
    async ({ params: { id }, body, apiKey, id: request }) => {
      const began = clock.monotonic()
      try {
        assertKeyIsFor(apiKey, id)
        const { min_ttl, scope, resource, rejected } = body
        const plain = min_ttl === undefined && scope === undefined && resource === undefined && rejected === undefined
        const token = await tokens.hand(id, plain ? undefined : { minTtl: min_ttl, scope, resource, rejected })
        if (apiKey !== undefined) apiKeys.used(apiKey)
        metrics.tokenRequest(undefined, clock.monotonic() - began)
        const { access_token, token_type, expires_at } = token
        return {
          access_token,
          token_type,
          ...(expires_at === undefined
            ? {}
            : { expires_at: Math.floor(expires_at), expires_in: Math.max(0, Math.floor(expires_at - clock.now())) }),
          ...(token.scope === undefined ? {} : { scope: token.scope }),
          account: id,
        }
      } catch (error) {
        metrics.tokenRequest(problemOf(error, request).problem.code, clock.monotonic() - began)
        throw error
      }
    },
  )
}
