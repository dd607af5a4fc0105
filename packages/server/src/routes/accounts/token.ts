import type { FastifyReply } from 'fastify'
import { TokenResult, TokenWant } from '../../contract/index.ts'
import type { Services } from '../../services.ts'
import { answers, ById } from '../answers.ts'
import type { App } from '../app-type.ts'

export function tokenRoute(app: App, { desk }: Services): void {
  app.post(
    '/v1/accounts/:id/token',
    {
      config: { access: 'key', account: 'see', audit: false },
      schema: {
        summary: 'A valid access token, for a program',
        description:
          'From memory when one is held; refreshed when it is due. Programs that ask at the same time share one refresh. ' +
          'Errors say in `class` whether to try again (`transient`) or to ask a person (`consent`, with `reconnect_url`).',
        tags: ['tokens'],
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
    (request, reply) => {
      const { params, body, apiKey } = request
      const text = desk.held(params.id, body, apiKey, request)
      if (text === undefined) return desk.hand(params.id, body, apiKey, request)
      sendJson(reply, text)
      return
    },
  )
}

function sendJson(reply: Pick<FastifyReply, 'header' | 'send'>, text: string): void {
  reply.header('content-type', 'application/json; charset=utf-8').send(text)
}
