import type { Notice } from '../contract/index.ts'
import { englishNotices } from './languages/english.ts'
import { germanNotices } from './languages/german.ts'
import { isRecord } from './notice-records.ts'

/** What a mail about a notice says. */
export interface NoticeWords {
  readonly subject: string
  readonly text: string
}

/** The facts of a notice, ready to be put into words. */
export interface NoticeFacts {
  readonly account: string
  readonly connection: string
  readonly affected: number
  readonly total: number
  readonly webhook: string
  /** Who did it. Empty: whoever runs the server, at its command line. */
  readonly by: string
  /** What the API key is called. */
  readonly program: string
  readonly reason: string
  /** A date as people write it. */
  readonly until: string
}

/** The words of one language. */
export interface NoticeTexts {
  greeting(name: string): string
  /** Why they get it, and where they stop it. */
  footer(server: string): string
  readonly open: string
  /** The same where there is nothing to mend. */
  readonly look: string
  readonly kinds: Readonly<Record<Notice['kind'], (facts: NoticeFacts) => NoticeWords>>
}

/** The languages of mail. A new one is a file and a line here. */
const languages: Readonly<Record<string, NoticeTexts>> = { en: englishNotices, de: germanNotices }

/** A notice as a mail, in the reader's language, else in English. */
export function noticeTexts(
  notice: Notice,
  { name, language }: { readonly name: string; readonly language: string | null },
  publicUrl: string,
): NoticeWords {
  const tag = language !== null && Object.hasOwn(languages, language) ? language : 'en'
  const texts = languages[tag] ?? englishNotices
  const { kind, account, connection, accounts, webhook, by, program, reason, expires_at } = notice
  const { subject, text } = texts.kinds[kind]({
    account: plain(account?.name),
    connection: plain(connection?.name),
    affected: accounts?.affected ?? 0,
    total: accounts?.total ?? 0,
    webhook: plain(webhook?.url),
    by: plain(by?.name),
    program: plain(program?.name),
    reason: plain(reason),
    until:
      expires_at === undefined
        ? ''
        : new Date(expires_at * 1000).toLocaleDateString(tag, { dateStyle: 'long', timeZone: 'UTC' }),
  })
  const lead = isRecord(kind) ? texts.look : texts.open
  const parts = [texts.greeting(plain(name)), text, `${lead}\n${notice.url}`, `-- \n${texts.footer(publicUrl)}`]
  return { subject, text: `${parts.join('\n\n')}\n` }
}

/** Names are written by people: none of them begins another line. */
function plain(text = ''): string {
  return text.replace(/\p{Cc}+/gu, ' ').trim()
}
