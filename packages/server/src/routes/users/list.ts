import { UserList } from '../../contract/index.ts'
import type { Services } from '../../services.ts'
import { answers } from '../answers.ts'
import type { App } from '../app-type.ts'

export function listRoute(app: App, { users }: Services): void {
  app.get(
    '/v1/users',
    {
      config: { access: 'admin' },
      schema: { summary: 'Who may sign in', tags: ['users'], response: answers(UserList) },
    },
    async () => ({ users: await users.list() }),
  )
}
