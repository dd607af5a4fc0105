import { MailChange, MailSettings } from '../../contract/index.ts'
import type { Services } from '../../services.ts'
import { answers, ById } from '../answers.ts'
import type { App } from '../app-type.ts'

export function settingsRoutes(app: App, { mail, gateway, users, access, accounts }: Services): void {
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
      schema: {
        ...schema,
        summary: 'Set mail servers or the mailbox by hand',
        description:
          'A server that was not set by hand before needs the own `password`: the tokens go there, also when the session has long ended. A line in the account’s history tells of it, and its owner gets a notice. The rest, and taking a server back, need none.',
        body: MailChange,
      },
    },
    async (request) => {
      const { params, body, signedIn, ip } = request
      if (signedIn === undefined) return
      const { password, ...change } = body
      request.deed = { detail: { ...change } }
      // Whoever came by a session would be sent tokens for as long as the grant lives, long after the session.
      const named = await mail.newServers(params.id, change)
      if (named.length > 0) await users.assertSelf(signedIn, password, ip)
      const { owner } = await accounts.get(params.id)
      await mail.change(params.id, change, async (db) => {
        if (named.length > 0) await access.mailServersSet(db, params.id, owner, signedIn.user, named)
      })
      if (named.length > 0) await access.shown([params.id])
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
