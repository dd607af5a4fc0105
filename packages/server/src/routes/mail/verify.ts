import { MailTest } from '../../contract/index.ts'
import { testMail } from '../../mail/mail-check.ts'
import type { Services } from '../../services.ts'
import { answers, ById } from '../answers.ts'
import type { App } from '../app-type.ts'

export function verifyRoute(app: App, { mail, tokens, deps }: Services): void {
  app.post(
    '/v1/accounts/:id/mail/verify',
    {
      config: { access: 'session', account: 'see', audit: 'account.test' },
      schema: {
        summary: 'Try whether mail can be read and sent',
        description:
          'A token, whose it is, then IMAP, POP and SMTP as far as they are known. A step that fails is an answer and not an error: it says who has to do what. Nothing is sent, deleted or marked as read.',
        tags: ['mail'],
        params: ById,
        response: answers(MailTest),
      },
    },
    async ({ params: { id } }) => testMail(id, mail, tokens, deps),
  )
}
