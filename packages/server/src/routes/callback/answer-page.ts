import { errorCatalogue, type Grant, type OAuthError } from '@evergrant/core'
import type { FastifyReply } from 'fastify'
import type { AccountRow } from '../../accounts/accounts.ts'
import { permissionsOf } from '../../accounts/named-permissions.ts'
import { type CallbackPage, callbackPage } from '../../pages/callback-page.ts'
import type { CallbackText, CallbackWords } from '../../pages/callback-texts.ts'
import type { PageLanguage } from '../../pages/page-language.ts'
import type { Services } from '../../services.ts'

/** A page, and the status it comes with. */
export interface AnswerPage {
  readonly status: number
  readonly page: CallbackPage
}

/**
 * What a person sees when an account is connected. `replaced`: the account that it took the place of. `link`: they came by
 * the connect link of somebody, who is to confirm it.
 */
export async function connectedPage(
  {
    account,
    grant,
    replaced,
    link,
  }: {
    readonly account: AccountRow
    readonly grant?: Grant
    readonly replaced?: string
    readonly link?: { readonly by: string } | undefined
  },
  services: Services,
  language: PageLanguage,
): Promise<AnswerPage> {
  const { deps, connections, accounts } = services
  const { texts } = language
  const { words } = texts
  const { name } = await connections.get(account.connection_id)
  const view = await accounts.view(account.id)
  const who = (grant?.subject ?? view.subject)?.username ?? (account.name || words.account)
  const { missing_scopes: missing, added_for: addedFor } = view
  const without = await permissionNames(account, missing, services, language)
  const details = missing.length === 0 ? [] : [[words.notGiven, missing.join(' ')] as const]
  const message = {
    account: account.id,
    outcome: 'connected',
    ...(replaced === undefined ? {} : { replaced }),
  } as const
  // Nobody is signed in who came by a link: no page here is for them.
  if (link !== undefined) {
    const text = texts.pending({ account: who, by: link.by || words.owner, without, addedFor })
    return { status: 200, page: { text, good: true, closes: false, message, details } }
  }
  const button = { label: words.open, href: `${deps.publicUrl}/accounts/${account.id}` }
  if (addedFor !== undefined && replaced === undefined) {
    return { status: 200, page: { text: texts.another(who, addedFor), good: false, message, button } }
  }
  if (missing.length > 0) {
    const again = { label: words.again, href: `${deps.publicUrl}/accounts/${account.id}/connect` }
    // It stays open: what is missing is to be read before the window goes.
    return {
      status: 200,
      page: { text: texts.incomplete(who, without), good: true, closes: false, message, button: again, details },
    }
  }
  const text = replaced === undefined ? texts.connected(who, name) : texts.replaced(who)
  return { status: 200, page: { text, good: true, message, button } }
}

/** Permissions by the names that the page has for them too. */
async function permissionNames(
  account: AccountRow,
  scopes: readonly string[],
  { connections, languages }: Services,
  { tag, texts }: PageLanguage,
): Promise<string[]> {
  if (scopes.length === 0) return []
  const { features = [] } = await connections.definition(account.connection_id)
  const say = (await languages.speaker(tag)) ?? ((words: string) => words)
  const said = features.map(({ title, scopes }) => ({ title: say(title), scopes }))
  return permissionsOf(scopes, said, texts.scopes).map(({ title }) => title)
}

/** What a person sees when it did not work, with who can mend it. `account`: undefined when it is not known. */
export async function failedPage(
  {
    account,
    error,
    connection,
    request,
    byLink = false,
  }: {
    readonly account: string | undefined
    readonly error: OAuthError
    readonly connection: string
    /** Id of the request, for support. */
    readonly request: string
    /** They came by a connect link, which can be used again. */
    readonly byLink?: boolean
  },
  { accounts, deps, languages }: Services,
  { tag, texts }: PageLanguage,
): Promise<AnswerPage> {
  const { words } = texts
  const own: Partial<Record<string, CallbackText>> = texts.failures
  const say = (await languages.speaker(tag)) ?? ((words: string) => words)
  const expected = error.code === 'WRONG_ACCOUNT' && account !== undefined && (await accounts.view(account)).subject
  const said = expected
    ? texts.wrongAccount(error.username, expected.username ?? expected.sub)
    : (own[error.code] ?? texts.other({ message: say(error.message), advice: say(error.advice) }))
  const text = byLink ? { ...said, help: `${said.help} ${words.linkStays}` } : said
  const admin = error.who === 'administrator' && !byLink
  const again = byLink
    ? { label: words.again, href: `${deps.publicUrl}/connect` }
    : account === undefined
      ? { label: words.open, href: `${deps.publicUrl}/` }
      : { label: words.again, href: `${deps.publicUrl}/accounts/${account}/connect` }
  return {
    status: errorCatalogue[error.code].http,
    page: {
      text,
      good: false,
      message: { ...(account === undefined ? {} : { account }), outcome: 'failed' },
      button: admin ? { label: words.settings, href: `${deps.publicUrl}/settings/connections/${connection}` } : again,
      details: technical(error, say(error.message), request, deps.clock.now(), words),
    },
  }
}

function technical(
  error: OAuthError,
  message: string,
  request: string,
  now: number,
  words: CallbackWords,
): [string, string][] {
  const said = [error.error, error.error_description].filter((one) => one !== undefined).join(': ')
  return [
    [words.code, error.code],
    ['', message],
    ...(said === '' ? [] : [[words.provider, said] satisfies [string, string]]),
    [words.time, new Date(now * 1000).toISOString()],
    [words.request, request],
  ]
}

/** Sends it with a policy that lets run exactly what is in it; kept nowhere. */
export function sendPage(
  reply: FastifyReply,
  { status, page }: AnswerPage,
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
