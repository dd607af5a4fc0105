import { isOAuthError } from '@evergrant/core'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Refusal } from '../../problem.ts'
import { beginSession } from '../../security/begin-session.ts'
import { browserOf } from '../../security/browser.ts'
import { BROWSER_COOKIE } from '../../security/cookies.ts'
import type { Services } from '../../services.ts'
import type { SignedInThere } from '../../sign-in/sign-ins.ts'

/** The end of a sign-in with a provider: into the page, on to an account's consent, or back to the door with the reason. */
export async function finishSignIn(
  connection: string,
  state: string,
  query: URLSearchParams,
  request: FastifyRequest,
  reply: FastifyReply,
  services: Services,
): Promise<FastifyReply> {
  const { signIns, audit, deps } = services
  const to = (path: string): FastifyReply =>
    reply.headers({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' }).redirect(path, 303)
  try {
    const there = await signIns.finish(connection, state, query, request.cookies[BROWSER_COOKIE])
    if (there === 'other_browser') return to(`${deps.publicUrl}/sign-in?problem=OTHER_BROWSER`)
    const { id, name } = await beginSession(there.user, request, reply, services)
    const deed = { actor: { type: 'user', id, name } as const, source: request.ip, subject: id }
    await audit.add({ ...deed, action: 'session.begin', detail: { connection, new: there.isNew } })
    return to((await accountConsent(there, request, reply, services)) ?? there.back)
  } catch (error) {
    if (!isOAuthError(error) && !(error instanceof Refusal)) throw error
    request.log.warn({ code: error.code, connection }, error.message)
    const actor = { type: 'nobody' } as const
    await audit.add({ actor, source: request.ip, action: 'session.refused', detail: { connection, code: error.code } })
    return to(`${deps.publicUrl}/sign-in?problem=${error.code}`)
  }
}

/** Where a person goes who is to connect an account right away; undefined: they have one, or nobody wants that. */
async function accountConsent(
  { user, connection, rules, hint }: SignedInThere,
  request: FastifyRequest,
  reply: FastifyReply,
  { accounts, consents, access }: Services,
): Promise<string | undefined> {
  if (!rules.connect) return undefined
  const own = await accounts.list({ owner: user, connection: connection.id })
  if (own.some(({ state }) => state !== 'new')) return undefined
  const waiting = own[0]?.id
  const wanted = { connection: connection.id, ...(hint === undefined ? {} : { login_hint: hint }) }
  const id = waiting ?? (await accounts.create(wanted, user)).id
  if (waiting === undefined) await access.accountMade(id, user)
  return (await consents.begin(id, browserOf(request, reply))).url
}
