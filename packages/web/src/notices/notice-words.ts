import type { Notice } from '../api/types.ts'
import type { Language } from '../languages/languages.ts'

/** What a notice says: what happened, and what to do. */
export function noticeWords(
  { kind, account, connection, accounts, webhook, by, program, reason, expires_at }: Notice,
  { texts, times }: Language,
): { readonly title: string; readonly text: string } {
  const words = texts.noticeKinds[kind]
  // A link that nobody made who signs in here: whoever runs the server did, at its command line.
  const text = kind === 'password_link_made' && by === undefined ? texts.notices.linkByOperator : words.text
  const name = { account: account?.name ?? '', connection: connection?.name ?? '', url: webhook?.url ?? '' }
  const facts = {
    ...name,
    affected: accounts?.affected ?? 0,
    total: accounts?.total ?? 0,
    whose: account?.name || texts.notices.yourAccounts({ count: accounts?.affected ?? 1 }),
    by: by?.name ?? '',
    program: program?.name ?? '',
    reason: reason ?? '',
    when: expires_at === undefined ? '' : times.day(expires_at),
  }
  const said = (text: string | ((values: typeof facts) => string)) => (typeof text === 'string' ? text : text(facts))
  return { title: said(words.title), text: said(text) }
}

/** Where on this page it is mended. */
export function noticePath({ kind, account, connection, webhook }: Notice): string {
  if (kind === 'api_key_made' || kind === 'token_revealed' || kind === 'mail_servers_set')
    return account ? `/accounts/${account.id}` : '/accounts'
  if (account) return `/accounts/${account.id}/connect`
  if (kind === 'webhook_off') return webhook ? `/settings/webhooks/${webhook.id}` : '/settings/webhooks'
  return connection ? `/settings/connections/${connection.id}` : '/'
}
