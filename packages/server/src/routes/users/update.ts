import { User, UserPatch } from '../../contract/index.ts'
import type { Services } from '../../services.ts'
import { answers, ById } from '../answers.ts'
import type { App } from '../app-type.ts'

export function updateRoute(app: App, { users }: Services): void {
  app.patch(
    '/v1/users/:id',
    {
      config: { access: 'admin', audit: 'user.update' },
      schema: {
        summary: 'Change name, e-mail address or role of a user',
        tags: ['users'],
        params: ById,
        body: UserPatch,
        response: answers(User),
      },
    },
    async (request) => {
      request.deed = { detail: { ...request.body } }
      return users.update(request.params.id, request.body)
    },
  )
}
