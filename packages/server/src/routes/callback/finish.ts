import { callbackState } from '../../accounts/callback-state.ts'
import type { Consent } from '../../accounts/consent.ts'
import { actorOf } from '../../audit/audit-hook.ts'
import { type PageLanguage, pageLanguage } from '../../pages/page-language.ts'
import { BROWSER_COOKIE, SESSION_COOKIE } from '../../security/cookies.ts'
import type { Services } from '../../services.ts'
import type { App } from '../app-type.ts'
import { type AnswerPage, connectedPage, failedPage, sendPage } from './answer-page.ts'
import { finishSignIn } from './finish-sign-in.ts'

/** Bytes of a posted callback. It becomes an address, and Node takes 16 KiB of those and all headers together. */
const MOST_POSTED = 12_288

/** Where providers send people back to. Each connection has an address of its own. */
export function finishRoute(app: App, services: Services): void {
  const { consents, signIns, sessions, audit, deps } = services
  const { origin } = new URL(deps.publicUrl)
  app.get<{ Params: { connection: string } }>(
    '/oauth/callback/:connection',
    // A HEAD request, as link scanners send it, must not redeem a code.
    { exposeHeadRoute: false, schema: { hide: true } },
    async (request, reply) => {
      const { connection } = request.params
      const query = new URLSearchParams(request.raw.url?.split(/\?(.*)/s)[1] ?? '')
      const language = pageLanguage(request)
      if (isAdminConsent(query)) {
        const { adminConsent, words } = language.texts
        const button = { label: words.open, href: `${deps.publicUrl}/` }
        return sendPage(reply, { status: 200, page: { text: adminConsent, good: true, button } }, language, origin)
      }
      // What cannot be read is for the consents to say.
      const state = await callbackState(services, connection, query).catch(() => '')
      if (await signIns.waits(state)) return finishSignIn(connection, state, query, request, reply, services)
      const consent = await consents.finish(connection, query, request.cookies[BROWSER_COOKIE])
      if (consent.outcome === 'connected') {
        const signedIn = await sessions.find(request.cookies[SESSION_COOKIE])
        const { account, grant } = consent
        const detail = { username: grant.subject?.username ?? null }
        const actor = actorOf({ signedIn, apiKey: undefined })
        await audit.add({ actor, source: request.ip, action: 'account.connect', subject: account.id, detail })
      }
      return sendPage(reply, await pageOf(consent, connection, request.id, services, language), language, origin)
    },
  )
  // With `response_mode=form_post` the provider's page posts the callback. A browser adds none of our cookies to a POST from
  // another site, so it is sent on to the same address as a navigation, which they go with.
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
      done(null, String(body)),
    )
    scope.post<{ Params: { connection: string }; Body: unknown }>(
      '/oauth/callback/:connection',
      { bodyLimit: MOST_POSTED, schema: { hide: true } },
      async ({ params, body }, reply) => {
        const query = new URLSearchParams(typeof body === 'string' ? body : '').toString()
        const address = `${deps.publicUrl}/oauth/callback/${encodeURIComponent(params.connection)}?${query}`
        return reply.header('cache-control', 'no-store').redirect(address, 303)
      },
    )
  })
}

/**
 * An administrator comes back from the page of the admin consent link. There is nothing to redeem, nothing is believed and
 * nothing changes; an account of theirs is connected by a person as before.
 */
function isAdminConsent(query: URLSearchParams): boolean {
  return /^true$/i.test(query.get('admin_consent') ?? '') && !query.has('code') && !query.has('error')
}

async function pageOf(
  consent: Consent,
  connection: string,
  request: string,
  services: Services,
  language: PageLanguage,
): Promise<AnswerPage> {
  const { deps } = services
  const { texts } = language
  const { words } = texts
  if (consent.outcome === 'other_browser') {
    const home = { label: words.open, href: `${deps.publicUrl}/` }
    return { status: 403, page: { text: texts.otherBrowser, good: false, button: home } }
  }
  if (consent.outcome === 'failed') {
    const { error, account, byLink } = consent
    return failedPage({ error, account, connection, request, byLink }, services, language)
  }
  const { account, grant, already, link } = consent
  if (already === undefined) return connectedPage({ account, grant, link }, services, language)
  const { username = words.account } = grant.subject ?? {}
  const { name } = await services.accounts.view(already.other.id)
  const { added_for: addedFor } = await services.accounts.view(account.id)
  const action = `${new URL(deps.publicUrl).pathname.replace(/\/$/, '')}/oauth/callback/${connection}/choice`
  const answers = [
    ['replace', words.replace],
    ['keep', words.keep],
  ] as const
  const question = { action, token: already.token, answers }
  return { status: 200, page: { text: texts.already(username, name, addedFor), good: true, question } }
}
