import { errorCatalogue, type OAuthError } from '@evergrant/core'
import type { FastifyReply } from 'fastify'
import { callbackState } from '../../accounts/callback-state.ts'
import type { Consent } from '../../accounts/consent.ts'
import { actorOf } from '../../audit/audit-hook.ts'
import { type CallbackPage, callbackPage } from '../../pages/callback-page.ts'
import type { CallbackText, CallbackWords } from '../../pages/callback-texts.ts'
import { type PageLanguage, pageLanguage } from '../../pages/page-language.ts'
import { BROWSER_COOKIE, SESSION_COOKIE } from '../../security/cookies.ts'
import type { Services } from '../../services.ts'
import type { App } from '../app-type.ts'
import { finishSignIn } from './finish-sign-in.ts'

/** Bytes of a posted callback. It becomes an address, and Node takes 16 KiB of those and all headers together. */
const MOST_POSTED = 12_288

/** Where providers send people back to. Each connection has an address of its own. */
export function finishRoute(app: App, services: Services): void {
  const { consents, signIns, connections, sessions, audit, deps } = services
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
        return send(reply, 200, { text: adminConsent, good: true, button }, language, origin)
      }
      // What cannot be read is for the consents to say.
      const state = await callbackState(connections, connection, query).catch(() => '')
      if (await signIns.waits(state)) return finishSignIn(connection, state, query, request, reply, services)
      const consent = await consents.finish(connection, query, request.cookies[BROWSER_COOKIE])
      if (consent.outcome === 'connected') {
        const signedIn = await sessions.find(request.cookies[SESSION_COOKIE])
        const { account, grant } = consent
        const detail = { username: grant.subject?.username ?? null }
        const actor = actorOf({ signedIn, apiKey: undefined })
        await audit.add({ actor, source: request.ip, action: 'account.connect', subject: account.id, detail })
      }
      const { status, page } = await pageOf(consent, connection, request.id, services, language)
      return send(reply, status, page, language, origin)
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
  { deps, connections, accounts, languages }: Services,
  { tag, texts }: PageLanguage,
): Promise<{ readonly status: number; readonly page: CallbackPage }> {
  const { words } = texts
  const home = { label: words.open, href: `${deps.publicUrl}/` }
  if (consent.outcome === 'other_browser') {
    return { status: 403, page: { text: texts.otherBrowser, good: false, button: home } }
  }
  if (consent.outcome === 'connected') {
    const { account, grant } = consent
    const { name } = await connections.get(account.connection_id)
    const who = grant.subject?.username ?? (account.name || words.account)
    const { missing_scopes: missing } = await accounts.view(account.id)
    const message = { account: account.id, outcome: 'connected' } as const
    const button = { label: words.open, href: `${deps.publicUrl}/accounts/${account.id}` }
    if (missing.length > 0) {
      const again = { label: words.again, href: `${deps.publicUrl}/accounts/${account.id}/connect` }
      // It stays open: what is missing is to be read before the window goes.
      return {
        status: 200,
        page: { text: texts.incomplete(who, missing), good: true, closes: false, message, button: again },
      }
    }
    return { status: 200, page: { text: texts.connected(who, name), good: true, message, button } }
  }
  const { error, account } = consent
  const own: Partial<Record<string, CallbackText>> = texts.failures
  const say = (await languages.speaker(tag)) ?? ((words: string) => words)
  const text = own[error.code] ?? texts.other({ message: say(error.message), advice: say(error.advice) })
  const admin = error.who === 'administrator'
  const again =
    account === undefined ? home : { label: words.again, href: `${deps.publicUrl}/accounts/${account}/connect` }
  return {
    status: errorCatalogue[error.code].http,
    page: {
      text,
      good: false,
      message: { ...(account === undefined ? {} : { account }), outcome: 'failed' },
      button: admin ? { label: words.settings, href: `${deps.publicUrl}/settings/connections/${connection}` } : again,
      details: technical(error, request, deps.clock.now(), words),
    },
  }
}

function technical(error: OAuthError, request: string, now: number, words: CallbackWords): [string, string][] {
  const said = [error.error, error.error_description].filter((one) => one !== undefined).join(': ')
  return [
    [words.code, error.code],
    ['', error.message],
    ...(said === '' ? [] : [[words.provider, said] satisfies [string, string]]),
    [words.time, new Date(now * 1000).toISOString()],
    [words.request, request],
  ]
}

function send(
  reply: FastifyReply,
  status: number,
  page: CallbackPage,
  language: PageLanguage,
  origin: string,
): FastifyReply {
  const { body, policy } = callbackPage(page, language, origin)
  return reply
    .code(status)
    .headers({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy,
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    })
    .send(body)
}
