import type { Engine } from '../engine.ts'
import type { SandboxUser } from '../users.ts'
import { Aadsts } from './aadsts.ts'
import { type Asked, same } from './asked.ts'
import { CONSUMERS, type EntraApp, type EntraDirectory, type EntraTenant, homeOf, isGuest } from './directory.ts'
import { tenantAt } from './place.ts'

/**
 * The tenant that a person signs in to: a shared one stands for the person's own. Refuses whoever neither belongs there
 * nor is a guest, and who may not use the app.
 */
export function tenantOf(user: SandboxUser, asked: string, app: EntraApp, directory: EntraDirectory): EntraTenant {
  const home = homeOf(directory, user)
  const named = tenantAt(asked, directory)
  const { audience = 'AzureADandPersonalMicrosoftAccount' } = app
  const words = { user: user.username, home: home.name ?? home.id, tenant: named?.name ?? asked, app: app.client_id }
  const isOutsider = named !== undefined && named.id !== home.id && !isGuest(named, user)
  const isPersonal = named === undefined && home.id === CONSUMERS
  if (isOutsider) throw new Aadsts(50020, words)
  if (isPersonal && (asked.toLowerCase() === 'organizations' || audience !== 'AzureADandPersonalMicrosoftAccount'))
    throw new Aadsts(50020, words)
  return named ?? home
}

/**
 * Conditional Access. On the sign-in page a person can show a second factor, so that only what blocks counts there; a
 * token request cannot, and tells with `claims` what the person has to be asked for.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/v2-conditional-access-dev-guide
 */
export function assertAllowed(tenant: EntraTenant, resource: string, isAtPage: boolean): void {
  for (const { id, control, resource: about } of tenant.policies ?? []) {
    if ((about !== undefined && !same(about, resource)) || (isAtPage && control === 'mfa')) continue
    const claims = JSON.stringify({ access_token: { capolids: { essential: true, values: [id] } } })
    throw new Aadsts(control === 'mfa' ? 50076 : 53003, { resource }, { claims })
  }
}

/** What a person, or an administrator for everybody, has not agreed to is not given without a page. */
export function assertConsented(
  tid: string,
  sub: string,
  app: EntraApp,
  asked: Asked,
  { entra }: Pick<Engine, 'entra'>,
): void {
  if (!entra.covers(tid, sub, app, asked))
    throw new Aadsts(65001, { app: app.client_id, name: app.name ?? app.client_id })
}
