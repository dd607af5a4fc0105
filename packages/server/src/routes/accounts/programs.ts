import { Type } from 'typebox'
import { programsOf } from '../../accounts/programs.ts'
import { ProgramList } from '../../contract/index.ts'
import type { Services } from '../../services.ts'
import { answers, ById, nothing } from '../answers.ts'
import type { App } from '../app-type.ts'

const ByIdAndKey = Type.Object({ ...ById.properties, key: Type.String({ minLength: 1, maxLength: 100 }) })

export function programsRoutes(app: App, { deps, apiKeys, programUses }: Services): void {
  app.get(
    '/v1/accounts/:id/programs',
    {
      config: { access: 'session', account: 'see' },
      schema: {
        summary: 'Which programs may use an account, and when each did last',
        description: 'API keys for all accounts, and those that name this one, whoever made them.',
        tags: ['accounts'],
        params: ById,
        response: answers(ProgramList),
      },
    },
    async ({ params: { id }, signedIn }) => ({
      programs: signedIn === undefined ? [] : await programsOf(deps.db, programUses, id, signedIn.user),
    }),
  )
  app.delete(
    '/v1/accounts/:id/programs/:key',
    {
      config: { access: 'session', account: 'see', audit: 'account.program_remove' },
      schema: {
        summary: 'Take an account away from a program',
        description:
          'The API key names the account no more, and is deleted when it named no other. A key for all accounts is deleted as a whole, under /v1/api-keys.',
        tags: ['accounts'],
        params: ByIdAndKey,
        response: nothing,
      },
    },
    async (request, reply) => {
      const { id, key } = request.params
      const { signedIn } = request
      if (signedIn === undefined) return
      const { name, deleted } = await apiKeys.withdraw(key, id, signedIn.user)
      request.deed = { subject: id, detail: { key: name, deleted } }
      return reply.code(204).send(null)
    },
  )
}
