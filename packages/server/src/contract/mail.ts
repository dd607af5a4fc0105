import { type Static, Type } from 'typebox'
import { Who } from './problem.ts'
import { OwnPassword } from './session.ts'
import { Spoken } from './spoken.ts'
import { Digits, Formed } from './text.ts'
import { EpochSeconds } from './time.ts'

const Address = Formed('^[^\\s@<>"(),;:\\\\]+@[^\\s@<>"(),;:\\\\]+$', 'an e-mail address', {
  minLength: 3,
  maxLength: 320,
})

/** A mail server. */
export const MailHost = Type.Object(
  {
    host: Formed('^[A-Za-z0-9.-]+$', 'the name of a host', { minLength: 1, maxLength: 253 }),
    port: Type.Integer({ minimum: 1, maximum: 65_535 }),
    security: Type.Union([Type.Literal('tls'), Type.Literal('starttls'), Type.Literal('none')], {
      description: '`none` is for servers on this machine alone.',
    }),
  },
  { title: 'MailHost', additionalProperties: false },
)
export type MailHost = Static<typeof MailHost>

const SentCopy = Type.Union([Type.Literal('server'), Type.Literal('client')], {
  description: 'Who saves what is sent: the provider by itself, or we.',
})

const Mechanism = Type.Union([Type.Literal('XOAUTH2'), Type.Literal('OAUTHBEARER')], {
  description: 'How to sign in (SASL). Left out: what the server offers.',
})

/** PUT /v1/accounts/{id}/mail: what a person sets by hand. What is left out is filled in again. */
export const MailChange = Type.Object(
  {
    mailbox: Type.Optional(Address),
    imap: Type.Optional(MailHost),
    pop: Type.Optional(MailHost),
    smtp: Type.Optional(MailHost),
    sent_copy: Type.Optional(SentCopy),
    mechanism: Type.Optional(Mechanism),
    password: OwnPassword,
  },
  { title: 'MailChange', additionalProperties: false },
)
export type MailChange = Static<typeof MailChange>

/** What one step of a test found. */
export const MailStep = Type.Object(
  {
    step: Type.Union([
      Type.Literal('token'),
      Type.Literal('identity'),
      Type.Literal('imap'),
      Type.Literal('pop'),
      Type.Literal('smtp'),
    ]),
    ok: Type.Boolean(),
    server: Type.Optional(Type.String({ description: 'Host and port.' })),
    detail: Spoken({ description: 'What was found, or what is wrong.' }),
    technical: Type.Optional(
      Type.String({ description: 'The words of the server, of TLS or of the network, unchanged.' }),
    ),
    code: Type.Optional(Type.String({ description: 'Of the error catalogue, when it failed.' })),
    who: Type.Optional(Who),
    advice: Type.Optional(Spoken()),
  },
  { title: 'MailStep' },
)
export type MailStep = Static<typeof MailStep>

/** POST /v1/accounts/{id}/mail/verify */
export const MailTest = Type.Object(
  {
    ok: Type.Boolean({ description: 'Whether mail can be read and sent. POP does not count where there is IMAP.' }),
    at: EpochSeconds,
    steps: Type.Array(MailStep),
  },
  { title: 'MailTest' },
)
export type MailTest = Static<typeof MailTest>

/** GET /v1/accounts/{id}/mail */
export const MailSettings = Type.Object(
  {
    principal: Type.Optional(
      Type.String({ description: 'Who signs in, as the provider’s id_token told; absent until it is known.' }),
    ),
    mailbox: Type.Optional(
      Type.String({ description: 'Whose mail it is; another one than `principal` when it is shared.' }),
    ),
    imap: Type.Optional(MailHost),
    pop: Type.Optional(MailHost),
    smtp: Type.Optional(MailHost),
    sent_copy: SentCopy,
    mechanism: Type.Optional(Mechanism),
    mechanisms: Type.Array(Type.String(), { description: 'How programs with tokens sign in there (SASL).' }),
    from: Type.Union(
      [
        Type.Literal('provider'),
        Type.Literal('domain'),
        Type.Literal('mx'),
        Type.Literal('autoconfig'),
        Type.Literal('autodiscover'),
        Type.Literal('practice'),
        Type.Literal('nowhere'),
      ],
      { description: 'What told what was not set by hand.' },
    ),
    name: Type.Optional(Type.String({ description: 'Name of the preset.' })),
    by_hand: Type.Array(Type.String(), { description: 'The fields that were set by hand.' }),
    advice: Type.Optional(Spoken({ description: 'What to do where the servers cannot be used with tokens.' })),
    programs: Type.Optional(
      Type.Array(
        Type.Object({
          ...MailHost.properties,
          protocol: Type.Union([Type.Literal('imap'), Type.Literal('pop'), Type.Literal('smtp')]),
        }),
        {
          description:
            'The mail gateway of this server, for programs without OAuth: they log in with the mailbox’s address and an API key for this account.',
        },
      ),
    ),
    test: Type.Optional(MailTest),
  },
  { title: 'MailSettings' },
)
export type MailSettings = Static<typeof MailSettings>

const Named = Type.Object({ name: Type.Optional(Type.String()), address: Type.String() })

/** A message in a list. */
export const MailHeader = Type.Object(
  {
    uid: Type.Integer(),
    from: Type.Array(Named),
    to: Type.Array(Named),
    subject: Type.String(),
    date: Type.Optional(EpochSeconds),
    seen: Type.Boolean(),
    size: Type.Integer({ description: 'Octets.' }),
  },
  { title: 'MailHeader' },
)
export type MailHeader = Static<typeof MailHeader>

/** GET /v1/accounts/{id}/mail/messages */
export const MailList = Type.Object(
  {
    folder: Type.String(),
    folders: Type.Array(Type.Object({ path: Type.String(), use: Type.Optional(Type.String()) })),
    total: Type.Integer(),
    messages: Type.Array(MailHeader, { description: 'Newest first.' }),
    next: Type.Optional(Type.Integer({ description: 'Ask with this as `before` for what is older.' })),
  },
  { title: 'MailList' },
)
export type MailList = Static<typeof MailList>

/** GET /v1/accounts/{id}/mail/messages?folder=INBOX&before=41&limit=25 */
export const MailListQuery = Type.Object(
  {
    folder: Type.Optional(Type.String({ minLength: 1, maxLength: 500 })),
    before: Type.Optional(
      Formed('^[1-9]\\d{0,9}$', 'a whole number', { description: 'What the page before gave as `next`.' }),
    ),
    limit: Type.Optional(Digits('^([1-9]|[1-4]\\d|50)$', 1, 50, { description: '1 to 50.' })),
  },
  { title: 'MailListQuery', additionalProperties: false },
)
export type MailListQuery = Static<typeof MailListQuery>

/** GET /v1/accounts/{id}/mail/messages/{uid} */
export const MailMessage = Type.Object(
  {
    ...MailHeader.properties,
    cc: Type.Array(Named),
    text: Type.String({
      description: 'The text part; of mail that is HTML alone its words. Nothing is fetched for it.',
    }),
    truncated: Type.Boolean({ description: 'Whether the text is longer than what is shown.' }),
    reply_to: Type.Array(Named, { description: 'Where an answer goes; empty: to the sender.' }),
    attachments: Type.Array(
      Type.Object({
        part: Type.String({ description: 'Its place in the message: ask for it by this.' }),
        name: Type.Optional(Type.String()),
        type: Type.String({ description: 'What its sender says that it is.' }),
        size: Type.Integer({ description: 'Octets, as far as that can be told from how it is encoded.' }),
      }),
    ),
  },
  { title: 'MailMessage' },
)
export type MailMessage = Static<typeof MailMessage>

/** POST /v1/accounts/{id}/mail/send */
export const NewMail = Type.Object(
  {
    to: Type.Array(Address, { minItems: 1, maxItems: 50 }),
    cc: Type.Optional(Type.Array(Address, { maxItems: 50 })),
    subject: Type.String({ maxLength: 500 }),
    text: Type.String({ maxLength: 100_000 }),
    answers: Type.Optional(
      Type.Object(
        {
          folder: Type.Optional(Type.String({ minLength: 1, maxLength: 500 })),
          uid: Type.Integer({ minimum: 1, maximum: 4_294_967_295 }),
        },
        { description: 'The message that this one answers.', additionalProperties: false },
      ),
    ),
    attachments: Type.Optional(
      Type.Array(
        Type.Object(
          {
            name: Type.String({ minLength: 1, maxLength: 200, pattern: '^[^\\u0000-\\u001f\\u007f/\\\\]+$' }),
            type: Type.Optional(
              Type.String({ maxLength: 100, pattern: '^[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+$' }),
            ),
            content: Type.String({ description: 'In base64.', maxLength: 13_400_000 }),
          },
          { additionalProperties: false },
        ),
        { maxItems: 20, description: 'Ten million octets in all, before they are encoded.' },
      ),
    ),
  },
  { title: 'NewMail', additionalProperties: false },
)
export type NewMail = Static<typeof NewMail>

/** What became of a mail that the server took. */
export const SentMail = Type.Object(
  {
    message_id: Type.String(),
    refused: Type.Optional(
      Type.Array(Type.Object({ address: Type.String(), detail: Spoken(), advice: Spoken() }), {
        description: 'For whom the server did not take it. It is on its way to all others.',
      }),
    ),
    copy: Type.Optional(Type.String({ description: 'The folder that we saved a copy in.' })),
    copy_trouble: Type.Optional(
      Spoken({ description: 'Why no copy could be saved. The mail is on its way all the same.' }),
    ),
  },
  { title: 'SentMail' },
)
export type SentMail = Static<typeof SentMail>
