import type { MailPreset } from './presets.ts'

/**
 * Who saves a copy of what is sent: `server` when the provider puts everything that goes through its SMTP into the sender's
 * folder for sent mail, so that a second copy would be a double; `client` when the program has to append it over IMAP.
 */
export type SentCopy = 'server' | 'client'

/**
 * The rule for a provider; `client` when it is not known, as a double is better than nothing. A mailbox with POP alone has no
 * folder to save in.
 *
 * @example
 * ```ts
 * import { discoverMail, sentCopy } from '@evergrant/mail/discovery'
 *
 * const { preset } = await discoverMail('alice@example.org')
 * if (sentCopy(preset) === 'client') console.log('append it to the folder for sent mail')
 * ```
 */
export function sentCopy(preset: Pick<MailPreset, 'sent_copy'> | undefined): SentCopy {
  return preset?.sent_copy ?? 'client'
}
