import { isOAuthError } from '@evergrant/core'
import { actorOf } from '../../audit/audit-hook.ts'
import { pageLanguage } from '../../pages/page-language.ts'
import { Refusal } from '../../problem.ts'
import { BROWSER_COOKIE, SESSION_COOKIE } from '../../security/cookies.ts'
import type { Services } from '../../services.ts'
import type { App } from '../app-type.ts'
import { connectedPage, failedPage, sendPage } from './answer-page.ts'

/** Bytes: a token and a word. */
const MOST_POSTED = 1024

/**
 * The answer of a person who has connected an account that is there already: replace it or keep both. The token of the page
 * counts in the browser that consented, and nowhere else, so another site has nothing to post.
 */
export function chooseRoute(app: App, services: Services): void {
  const { samePerson, sessions, audit, deps } = services
  const { origin } = new URL(deps.publicUrl)
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
      done(null, String(body)),
    )
    scope.post<{ Params: { connection: string }; Body: unknown }>(
      '/oauth/callback/:connection/choice',
      { bodyLimit: MOST_POSTED, schema: { hide: true } },
      async (request, reply) => {
        const language = pageLanguage(request)
        const form = new URLSearchParams(typeof request.body === 'string' ? request.body : '')
        const choice = form.get('choice') === 'replace' ? 'replace' : 'keep'
        try {
          const chosen = await samePerson.choose(form.get('token') ?? '', request.cookies[BROWSER_COOKIE], choice)
          const { account } = chosen
          if (chosen.choice === 'replace') {
            const signedIn = await sessions.find(request.cookies[SESSION_COOKIE])
            await audit.add({
              actor: actorOf({ signedIn, apiKey: undefined }),
              source: request.ip,
              action: 'account.replace',
              subject: account.id,
              detail: { username: chosen.grant.subject?.username ?? null, replaced: chosen.replaced },
            })
          }
          return sendPage(reply, await connectedPage(chosen, services, language), language, origin)
        } catch (error) {
          if (error instanceof Refusal || !isOAuthError(error)) throw error
          const { connection } = request.params
          const failed = await failedPage(
            { account: undefined, error, connection, request: request.id },
            services,
            language,
          )
          return sendPage(reply, failed, language, origin)
        }
      },
    )
  })
}
