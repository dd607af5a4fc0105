import { TokenBatch, TokenBatchResult } from '../../contract/index.ts'
import { problemOf } from '../../problem.ts'
import type { Services } from '../../services.ts'
import { answers } from '../answers.ts'
import type { App } from '../app-type.ts'

export function batchRoute(app: App, { desk }: Services): void {
  app.post(
    '/v1/tokens',
    {
      config: { access: 'key', audit: false },
      schema: {
        summary: 'Tokens of several accounts, for a program',
        description:
          'At most 100 at once. The answer is 200 whatever became of them: each result has a token, or the problem that a request for it alone would have had.',
        tags: ['tokens'],
        body: TokenBatch,
        response: answers(TokenBatchResult),
      },
    },
    async (request) => {
      const { body, apiKey } = request
      const results = body.requests.map(async ({ account, ...want }) => {
        try {
          return { account, token: await desk.hand(account, want, apiKey, request) }
        } catch (error) {
          return { account, problem: problemOf(error, request.id).problem }
        }
      })
      return { results: await Promise.all(results) }
    },
  )
}
