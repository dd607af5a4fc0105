import { Account, Confirmation, SamePersonResult } from '../../contract/index.ts'
import type { Services } from '../../services.ts'
import { answers, ById } from '../answers.ts'
import type { App } from '../app-type.ts'

/** What its owner says about who connected an account, and what there is to know before that. */
export function confirmRoutes(app: App, { accounts, tokens, samePerson }: Services): void {
  app.get(
    '/v1/accounts/:id/same-person',
    {
      config: { access: 'session', account: 'link' },
      schema: {
        summary: 'Whether the person who connected the account has another one of the connection here',
        description: 'Only accounts of the same owner count.',
        tags: ['accounts'],
        params: ById,
        response: answers(SamePersonResult),
      },
    },
    async ({ params: { id } }) => {
      const other = await samePerson.otherOf(id)
      if (other === undefined) return {}
      const { name } = await accounts.view(other.id)
      return { account: { id: other.id, name } }
    },
  )
  app.post(
    '/v1/accounts/:id/confirm',
    {
      config: { access: 'session', account: 'link', audit: 'account.confirm' },
      schema: {
        summary: 'Say whether the right person has connected the account',
        description:
          'For an account that was connected by a link, for which no tokens are handed out until then; and for one that was added for another address (`added_for`). With `replace` the answer is the account that was renewed.',
        tags: ['accounts'],
        params: ById,
        body: Confirmation,
        response: answers(Account),
      },
    },
    async (request) => {
      const { id } = request.params
      const { right, replace = false } = request.body
      request.deed = { detail: { right, ...(replace ? { replace } : {}) } }
      if (right && replace) {
        const renewed = await samePerson.renewOther(id)
        request.deed = { subject: renewed.id, detail: { right, replaced: id } }
        return accounts.view(renewed.id)
      }
      if (right) await accounts.update(id, { unconfirmed: 0, ...(await ownName(id)) })
      else await samePerson.sendAway(id)
      await tokens.changed(id)
      await accounts.publish(id)
      return accounts.view(id)
    },
  )

  /** Whoever it was added for, it is this person's from now on. */
  async function ownName(id: string): Promise<{ readonly login_hint?: string }> {
    const { added_for, subject } = await accounts.view(id)
    return added_for === undefined || subject?.username === undefined ? {} : { login_hint: subject.username }
  }
}
