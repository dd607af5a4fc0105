import { NewApiKey, NewApiKeyResult } from '../../contract/index.ts'
import type { Services } from '../../services.ts'
import { created } from '../answers.ts'
import type { App } from '../app-type.ts'

/** Owners whom an entry of the audit log names. */
const MOST_NAMED = 50

export function createRoute(app: App, { apiKeys, users }: Services): void {
  app.post(
    '/v1/api-keys',
    {
      config: { access: 'session', audit: 'api_key.create' },
      schema: {
        summary: 'Make an API key',
        description:
          'The key is in this answer and nowhere else. It needs the own `password`; somebody who has none needs to have signed in within the last ten minutes (SIGN_IN_AGAIN). One for accounts of other people needs a `reason` too (REASON_REQUIRED): their owners are told of it, by whom and why, and so is the audit log. Accounts of people who were removed count as theirs.',
        tags: ['api keys'],
        body: NewApiKey,
        response: created(NewApiKeyResult),
      },
    },
    async (request, reply) => {
      const { body, signedIn, ip } = request
      if (signedIn === undefined) return
      const { user } = signedIn
      const { others, ...made } = await apiKeys.create(body, user, () => users.assertSelf(signedIn, body.password, ip))
      const { id, name, accounts, scopes } = made.api_key
      const owners = others
        .slice(0, MOST_NAMED)
        .map(({ id, name, former }) => ({ id, name, ...(former && { former }) }))
      const access = others.length === 0 ? {} : { reason: body.reason?.trim(), owners, owner_count: others.length }
      request.deed = { subject: id, detail: { name, accounts, ...(scopes && { scopes }), ...access } }
      return reply.code(201).header('cache-control', 'no-store').send(made)
    },
  )
}
