import { MailChange, MailSettings } from '../../contract/index.ts'
import type { Services } from '../../services.ts'
import { answers, ById } from '../answers.ts'
import type { App } from '../app-type.ts'

export function settingsRoutes(app: App, { mail, gateway }: Services): void {
  const shown = async (id: string): Promise<MailSettings> => {
    const { doors } = gateway
    return { ...(await mail.settings(id)), ...(doors === undefined ? {} : { programs: doors }) }
  }

  const schema = { tags: ['mail'], params: ById, response: answers(MailSettings) }
  app.get(
    '/v1/accounts/:id/mail',
    {
      config: { access: 'session', account: 'see' },
      schema: {
        ...schema,
        summary: 'Whose mailbox it is, and where',
        description: 'Filled in by the provider’s preset, or by what the address’s domain publishes.',
      },
    },
    async ({ params: { id } }) => shown(id),
  )
  app.put(
    '/v1/accounts/:id/mail',
    {
      // Tokens go where this says: it is for nobody but the one whose they are.
      config: { access: 'session', account: 'mail', audit: 'account.mail_settings' },
      schema: { ...schema, summary: 'Set mail servers or the mailbox by hand', body: MailChange },
    },
    async (request) => {
      const { params, body } = request
      request.deed = { detail: { ...body } }
      await mail.change(params.id, body)
      return shown(params.id)
    },
  )
  app.delete(
    '/v1/accounts/:id/mail',
    {
      config: { access: 'session', account: 'mail', audit: 'account.mail_settings' },
      schema: { ...schema, summary: 'Forget what was set by hand, so that everything fills itself in again' },
    },
    async (request) => {
      request.deed = { detail: { restored: true } }
      await mail.restore(request.params.id)
      return shown(request.params.id)
    },
  )
}
