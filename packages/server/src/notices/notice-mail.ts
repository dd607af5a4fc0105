import type { Kysely } from 'kysely'
import type { NoticeKind } from '../contract/index.ts'
import type { Tables } from '../db/tables.ts'
import type { Deps } from '../deps.ts'
import { waitAfter } from '../outbox/back-off.ts'
import type { Outcome, Taken } from '../outbox/outbox.ts'
import type { MailSender } from './mail-sender.ts'
import { isRecord } from './notice-records.ts'
import { noticeTexts } from './notice-texts.ts'
import type { Notices } from './notices.ts'

/** The receiver of all mail in the outbox: one server takes it. */
export const MAIL_SERVER = 'mail server'

/** What a mail is about; it is written when it is sent, from what is so then. */
export interface NoticeMail {
  readonly notice: string
  readonly user: string
  /** The address that they had then, of what may be about a change of it. Absent: the one that they have when it is sent. */
  readonly to?: string
}

interface Sent {
  readonly outcome: Outcome
  readonly status?: number | undefined
  readonly code?: string | undefined
  readonly detail?: string | undefined
}

/** Tries to send a mail of the outbox. What was mended meanwhile, or put away by its reader, is no mail any more. */
export async function sendNoticeMail(
  message: Taken,
  { db, publicUrl, mail }: Pick<Deps, 'db' | 'publicUrl'> & { readonly mail: MailSender | undefined },
  notices: Notices,
): Promise<Sent> {
  const { notice, user, to } = JSON.parse(message.payload) as NoticeMail
  const [row, reader] = await Promise.all([notices.open(notice), readerOf(db, user)])
  // Switched off, mended, put away, or nobody to send it to.
  const address = to ?? reader?.email
  if (mail === undefined || row === undefined || reader === undefined || address == null)
    return { outcome: { state: 'dropped' } }
  // Whoever is in somebody's place could put it away in a minute: such a mail goes out all the same.
  if (!isRecord(row.kind as NoticeKind) && (await notices.isDismissed(notice, user))) {
    return { outcome: { state: 'dropped' } }
  }
  const { subject, text } = noticeTexts(await notices.view(row, false), reader, publicUrl)
  try {
    await mail.send({ id: message.id, to: address, subject, text })
    return { outcome: { state: 'delivered' }, status: 250 }
  } catch (error) {
    const { responseCode, code, message: detail } = error as Error & { code?: string; responseCode?: number }
    // RFC 5321 §4.2.1: a mailbox that is refused for good stays refused; a password may be mended.
    const final = code === 'EENVELOPE' && (responseCode ?? 0) >= 500
    const again = final ? undefined : waitAfter(message.attempts, Math.random())
    const outcome: Outcome = again === undefined ? { state: 'failed' } : { again }
    return { outcome, status: responseCode, code: code ?? 'NETWORK', detail }
  }
}

function readerOf(db: Kysely<Tables>, id: string) {
  return db.selectFrom('users').select(['name', 'email', 'language']).where('id', '=', id).executeTakeFirst()
}
