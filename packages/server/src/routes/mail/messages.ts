import { Type } from 'typebox'
import { MailList, MailListQuery, MailMessage } from '../../contract/index.ts'
import type { Services } from '../../services.ts'
import { answers, ById } from '../answers.ts'
import type { App } from '../app-type.ts'

const LIMIT = 25

/** `/…/{id}/mail/messages/{uid}` */
const ByUid = Type.Object({ ...ById.properties, uid: Type.String({ pattern: '^[1-9]\\d{0,9}$' }) })
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
}
