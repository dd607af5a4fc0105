import { NoticeList } from '../../contract/index.ts'
import type { Services } from '../../services.ts'
import { answers, ById, nothing } from '../answers.ts'
import type { App } from '../app-type.ts'

/** What the person who is signed in has to hear of. */
export function noticesRoutes(app: App, { notices }: Services): void {
  app.get(
    '/v1/notices',
    {
      config: { access: 'session' },
      schema: {
        summary: 'What the person who is signed in has to hear of',
        description: 'Newest first. A notice is gone when what it is about is mended, or when the person dismisses it.',
        tags: ['notices'],
        response: answers(NoticeList),
      },
    },
    async ({ signedIn }) => (signedIn === undefined ? { notices: [], unseen: 0 } : notices.of(signedIn.user)),
  )
  app.post(
    '/v1/notices/seen',
    {
      config: { access: 'session', audit: false },
      schema: { summary: 'All notices were seen', tags: ['notices'], response: nothing },
    },
    async ({ signedIn }, reply) => {
      if (signedIn !== undefined) await notices.seen(signedIn.user)
      return reply.code(204).send(null)
    },
  )
  app.post(
    '/v1/notices/:id/dismiss',
    {
      config: { access: 'session', audit: false },
      schema: {
        summary: 'Put a notice away, for the person who is signed in',
        tags: ['notices'],
        params: ById,
        response: nothing,
      },
    },
    async ({ params, signedIn }, reply) => {
      if (signedIn !== undefined) await notices.dismiss(params.id, signedIn.user)
      return reply.code(204).send(null)
    },
  )
}
