import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Problem } from './contract/index.ts'
import type { Languages } from './languages/languages.ts'
import { requestLanguage } from './languages/request-language.ts'
import { spokenFields } from './languages/spoken-fields.ts'
import { problemOf, Refusal } from './problem.ts'

const texts = spokenFields(Problem)

/** Answers a request that comes before the server can work, in the same form as all others. */
export function answerUnready(
  { headers, method }: Pick<IncomingMessage, 'headers' | 'method'>,
  response: ServerResponse,
  languages: Pick<Languages, 'tags' | 'speaker'>,
  more: Readonly<Record<string, string>>,
): void {
  const refusal = new Refusal('STARTING', 'The server is starting.', { retryAfter: 1 })
  const { problem, retryAfter } = problemOf(refusal, randomUUID())
  const tag = requestLanguage({ headers }, languages.tags)
  const send = (said: unknown): void => {
    response.writeHead(problem.status, {
      'content-type': 'application/problem+json; charset=utf-8',
      'content-language': tag,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-request-id': problem.request_id,
      'retry-after': String(retryAfter),
      ...more,
    })
    response.end(method === 'HEAD' ? undefined : JSON.stringify(said))
  }
  languages.speaker(tag).then(
    (say) => send(say === undefined ? problem : (texts?.(problem, say) ?? problem)),
    () => send(problem),
  )
}
