import { Type } from 'typebox'
import { MailList, MailListQuery, MailMessage } from '../../contract/index.ts'
import type { Services } from '../../services.ts'
import { answers, ById } from '../answers.ts'
import type { App } from '../app-type.ts'

const LIMIT = 25

/** `/…/{id}/mail/messages/{uid}` */
const ByUid = Type.Object({ ...ById.properties, uid: Type.String({ pattern: '^[1-9]\\d{0,9}$' }) })
/** `/…/{id}/mail/messages/{uid}/attachments/{part}` */
const ByPart = Type.Object({
  ...ByUid.properties,
  part: Type.String({ pattern: '^[1-9]\\d{0,3}(?:\\.[1-9]\\d{0,3}){0,20}$' }),
})
const InFolder = Type.Object(
  { folder: Type.Optional(Type.String({ minLength: 1, maxLength: 500 })) },
  { additionalProperties: false },
)

export function messagesRoutes(app: App, { mailboxes }: Services): void {
  app.get(
    '/v1/accounts/:id/mail/messages',
    {
      config: { access: 'session', account: 'mail' },
      schema: {
        summary: 'Messages of a folder',
        description: 'For the person whose account it is, and for nobody else.',
        tags: ['mail'],
        params: ById,
        querystring: MailListQuery,
        response: answers(MailList),
      },
    },
    async ({ params, query: { folder = 'INBOX', before, limit } }) =>
      mailboxes.list(params.id, folder, Number(limit ?? LIMIT), before === undefined ? undefined : Number(before)),
  )
  app.get(
    '/v1/accounts/:id/mail/messages/:uid',
    {
      config: { access: 'session', account: 'mail' },
      schema: {
        summary: 'One message, as text',
        description: 'It is not marked as read, and nothing that it points to is fetched.',
        tags: ['mail'],
        params: ByUid,
        querystring: InFolder,
        response: answers(MailMessage),
      },
    },
    async ({ params, query: { folder = 'INBOX' } }) => mailboxes.read(params.id, folder, Number(params.uid)),
  )
  app.get(
    '/v1/accounts/:id/mail/messages/:uid/attachments/:part',
    {
      config: { access: 'session', account: 'mail' },
      schema: {
        summary: 'One attachment, to be saved',
        description:
          'As octets, whatever its sender says that it is: a browser saves it and shows nothing of it. Of 25 million octets at most.',
        tags: ['mail'],
        params: ByPart,
        querystring: InFolder,
        produces: ['application/octet-stream'],
      },
    },
    async ({ params, query: { folder = 'INBOX' } }, reply) => {
      const { name, content } = await mailboxes.attachment(params.id, folder, Number(params.uid), params.part)
      return reply
        .type('application/octet-stream')
        .header('content-disposition', savedAs(name))
        .header('content-security-policy', "default-src 'none'; sandbox")
        .header('cross-origin-resource-policy', 'same-origin')
        .send(content)
    },
  )
}

/** RFC 6266, with the name in RFC 8187's encoding alone: nothing of it can end the header or name a folder. */
function savedAs(name: string): string {
  const plain = name
    .normalize('NFC')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken away
    .replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069/\\:*?"<>|]+/g, '_')
    .replace(/^\.+/, '_')
  const encoded = encodeURIComponent(plain.toWellFormed()).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16)}`,
  )
  return `attachment; filename*=UTF-8''${encoded}`
}
