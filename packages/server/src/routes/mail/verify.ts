import { counted } from '@evergrant/core'
import { MailTest } from '../../contract/index.ts'
import { testMail } from '../../mail/mail-check.ts'
import { Refusal } from '../../problem.ts'
import { Pace } from '../../security/pace.ts'
import type { Services } from '../../services.ts'
import { answers, ById } from '../answers.ts'
import type { App } from '../app-type.ts'

/** Tests of a member in a minute: each of them connects to servers that they named. */
const MOST = 10
const MINUTE = 60

export function verifyRoute(app: App, { mail, tokens, deps }: Services): void {
  const pace = new Pace(deps.clock, MOST, MINUTE)
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
    async ({ params: { id }, signedIn }) => {
      const { user } = signedIn ?? {}
      const wait = user?.role === 'member' ? Math.ceil(pace.take(user.id)) : 0
      if (wait > 0) {
        throw new Refusal('TOO_MANY_ATTEMPTS', `That was tried too often. Wait ${counted(wait, 'second')}.`, {
          retryAfter: wait,
        })
      }
      return testMail(id, mail, tokens, deps)
    },
  )
}
