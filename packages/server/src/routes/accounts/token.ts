import { type AccessToken, missingScopes, type Want } from '@evergrant/core'
import { TokenResult, TokenWant } from '../../contract/index.ts'
import { problemOf, Refusal } from '../../problem.ts'
import type { KnownKey } from '../../security/api-keys.ts'
import { assertKeyIsFor } from '../../security/guard.ts'
import type { Services } from '../../services.ts'
import { answers, ById } from '../answers.ts'
import type { App } from '../app-type.ts'
import { tokenResult } from './token-result.ts'

export function tokenRoute(app: App, { tokens, programUses, metrics, deps }: Services): void {
  const { clock } = deps
  app.post(
    '/v1/accounts/:id/token',
    {
      config: { access: 'key', account: 'see', audit: false },
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
    async (asked) => {
      const { params, body, apiKey } = asked
      const { id } = params
      const began = clock.monotonic()
      try {
        assertKeyIsFor(apiKey, id)
        const token = await tokens.hand(id, wantOf(body, apiKey))
        if (apiKey?.scopes !== undefined) assertWithin(token, `${apiKey.scopes} ${await tokens.harmlessScopes(id)}`)
        if (apiKey !== undefined) programUses.note(apiKey.id, id, 'token', () => asked.ip)
        metrics.tokenRequest(undefined, clock.monotonic() - began)
        return tokenResult(id, token, clock)
      } catch (error) {
        metrics.tokenRequest(problemOf(error, asked.id).problem.code, clock.monotonic() - began)
        throw error
      }
    },
  )
}

/** What is asked of the engine. A key with scopes of its own gets a token with those, and never one with more. */
function wantOf(body: TokenWant, apiKey: KnownKey | undefined): Want | undefined {
  const { min_ttl, scope = apiKey?.scopes, resource, rejected } = body
  const plain = min_ttl === undefined && scope === undefined && resource === undefined && rejected === undefined
  if (plain) return undefined
  const beyond = apiKey?.scopes === undefined ? [] : missingScopes(scope, apiKey.scopes)
  if (beyond.length > 0) throw new Refusal('API_KEY_SCOPE', `This API key is not for the scope ${beyond.join(' ')}.`)
  return { minTtl: min_ttl, scope, resource, rejected }
}

/** Some providers give more than they were asked for. */
function assertWithin({ scope }: AccessToken, allowed: string): void {
  const beyond = missingScopes(scope, allowed)
  if (beyond.length === 0) return
  const message = `The provider gave a token with ${beyond.join(' ')} too, which this API key is not for.`
  throw new Refusal('API_KEY_SCOPE', message)
}
