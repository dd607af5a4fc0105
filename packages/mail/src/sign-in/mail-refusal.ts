import { type Guidance, OAuthError, scrub } from '@evergrant/core'

/** Where in a mail's way the server refused it (RFC 5321 §3.3). */
export type RefusedAt = 'MAIL FROM' | 'RCPT TO' | 'DATA'

interface Meaning {
  /** Found in the server's words. */
  readonly sign: RegExp
  /** Left out: anywhere. */
  readonly at?: readonly RefusedAt[]
  readonly guidance: Guidance
}

/**
 * What refusals of a mail mean (RFC 3463, RFC 5321 §4.2.3), by status and words. The special before the general: servers use 550 and
 * 5.7.1 for nearly everything.
 */
const meanings: readonly Meaning[] = [
  {
    sign: /\b[45]\.(?:2\.3|3\.4)\b|too (?:large|big)|size (?:limit|exceed)|exceed\w* .*size|maximum .*size/i,
    guidance: {
      class: 'request',
      who: 'person',
      advice: 'The mail is too large. Leave attachments out, or send them in several mails.',
    },
  },
  {
    sign: /\b[45]\.5\.3\b|too many recipients/i,
    guidance: {
      class: 'request',
      who: 'person',
      advice: 'The mail has too many recipients for this server. Send it to some of them at a time.',
    },
  },
  {
    sign: /\b5\.4\.5\b|\b5\.1\.90\b|\b4\.7\.28\b|\b[45]\.2\.1\b.*\brate\b|\b(?:daily|hourly|sending|message|submission|outgoing)[\w ]*(?:limit|quota)|rate.?limit|throttl|too (?:many|much) (?:mail|message|connection)/i,
    guidance: {
      class: 'transient',
      who: 'provider',
      advice:
        'The limit of how much may be sent is reached. Nothing is wrong with the account: send it again later, at some limits the next day.',
    },
  },
  {
    sign: /\b[45]\.2\.2\b|over ?quota|quota exceeded|mailbox (?:is )?full/i,
    guidance: {
      class: 'request',
      who: 'person',
      advice: 'The mailbox of the recipient is full. Send it again later, or tell the recipient in another way.',
    },
  },
  {
    sign: /\b4\.3\.1\b|insufficient system storage/i,
    guidance: {
      class: 'transient',
      who: 'provider',
      advice: 'The mail server has no room at the moment. Send it again later.',
    },
  },
  {
    sign: /\b5\.1\.8\b|outbound (?:spam|sender)|sender .*blocked/i,
    guidance: {
      class: 'configuration',
      who: 'administrator',
      advice:
        'The provider has stopped sending from this mailbox, often because of unwanted mail. Its administrator can lift that.',
    },
  },
  {
    sign: /\b5\.7\.60\b|\b5\.2\.252\b|\b5\.1\.7\b|send.?as\b|not (?:allowed|permitted|authorized|authorised) to send|permissions? to send|sender address rejected|not owned by|may be the sender/i,
    guidance: {
      class: 'configuration',
      who: 'administrator',
      advice:
        'The sign-in may not send with this sender. Whoever administers the mailboxes has to allow it ("send as"), or set another mailbox.',
    },
  },
  {
    sign: /^4\d\d\b/,
    guidance: {
      class: 'transient',
      who: 'provider',
      advice: 'The mail server does not take it just now. Nothing is wrong with the account: send it again later.',
    },
  },
  {
    sign: /\b5\.1\.\d+\b|\b5\.2\.1\b|\b5\.4\.(?:1|4|310)\b|user unknown|no such (?:user|mailbox|recipient)|does ?n.t exist|does not exist|unknown (?:user|recipient)|recipient (?:address )?rejected/i,
    guidance: {
      class: 'request',
      who: 'person',
      advice:
        'The sign-in is all right; it is the address of the recipient. Check how it is written, or ask the recipient.',
    },
  },
  {
    sign: /\b5\.7\.\d+\b|\b5\.6\.\d+\b|spam|policy|relay|content/i,
    guidance: {
      class: 'request',
      who: 'administrator',
      advice:
        'The sign-in is all right; the rules of the mail server forbid this mail. Whoever runs it knows the rules.',
    },
  },
  {
    sign: /^5\d\d\b/,
    at: ['RCPT TO'],
    guidance: {
      class: 'request',
      who: 'person',
      advice:
        'The sign-in is all right; the server takes no mail for this recipient. Check how the address is written.',
    },
  },
]

/** What a refusal of a mail means; undefined where its words tell nothing. */
export function mailGuidance(said: string, at?: RefusedAt): Guidance | undefined {
  return meanings.find((one) => one.sign.test(said) && (one.at === undefined || (at && one.at.includes(at))))?.guidance
}

/** A mail that the server did not take, or not for these recipients. `said`: the server's own words. */
export function mailRefusal(
  said: string,
  { at, recipients = [], cause }: { at?: RefusedAt | undefined; recipients?: readonly string[]; cause?: unknown } = {},
): OAuthError {
  const words = scrub(said.slice(0, 500))
  const status = /^\d{3}(?:[ -]\d\.\d{1,3}\.\d{1,3})?\b/.exec(words)?.[0]
  const details = { cause, error: status, error_description: words, guidance: mailGuidance(words, at) }
  if (at !== 'RCPT TO' || recipients.length === 0)
    return new OAuthError('MAIL_NOT_ACCEPTED', `The mail server did not take the mail: ${words}`, details)
  const more = recipients.length > 3 ? ', …' : ''
  const whom = `${recipients.slice(0, 3).join(', ')}${more}`
  return new OAuthError('MAIL_NOT_ACCEPTED', `The mail server takes no mail for ${whom}: ${words}`, details)
}
