import { timeline } from '../../accounts/timeline.ts'
import { Timeline } from '../../contract/index.ts'
import type { Services } from '../../services.ts'
import { answers, ById } from '../answers.ts'
import type { App } from '../app-type.ts'

export function timelineRoute(app: App, { accounts, history, deps }: Services): void {
  app.get(
    '/v1/accounts/:id/timeline',
    {
      config: { access: 'session', account: 'see' },
      schema: {
        summary: 'The life of a grant: consents, renewals, failures, repairs, and when it is predicted to end',
        tags: ['accounts'],
        params: ById,
        response: answers(Timeline),
      },
    },
    async ({ params: { id } }) => {
      const [account, lines, grant] = await Promise.all([accounts.view(id), history.linesOf(id), deps.store.get(id)])
      const life = { now: deps.clock.now(), since: account.created_at, consented_at: grant?.consented_at }
      const { predicted_end } = account
      return { ...timeline(lines, life), ...(predicted_end === undefined ? {} : { predicted_end }) }
    },
  )
}
