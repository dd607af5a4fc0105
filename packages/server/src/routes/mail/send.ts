import { NewMail, SentMail } from '../../contract/index.ts'
import type { Services } from '../../services.ts'
import { answers, ById } from '../answers.ts'
import type { App } from '../app-type.ts'

/** Attachments in base64, and a text. */
const LARGEST_BODY = 15_000_000

export function sendRoute(app: App, { mailboxes }: Services): void {
  app.post(
    '/v1/accounts/:id/mail/send',
    {
      config: { access: 'session', account: 'mail', audit: 'account.mail_send' },
      bodyLimit: LARGEST_BODY,
      schema: {
        summary: 'Send a text, with attachments',
        description:
          'For the person whose account it is. The audit log tells how many it went to, and nothing of it. What is attached has ten million octets at most.',
        tags: ['mail'],
        params: ById,
        body: NewMail,
        response: answers(SentMail),
      },
    },
    async (request) => {
      const { params, body } = request
      request.deed = { detail: { recipients: body.to.length + (body.cc?.length ?? 0) } }
      return mailboxes.send(params.id, body)
    },
  )
}
