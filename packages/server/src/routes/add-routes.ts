import type { Services } from '../services.ts'
import { authorizeRoute } from './accounts/authorize.ts'
import { countsRoute } from './accounts/counts.ts'
import { createRoute as createAccount } from './accounts/create.ts'
import { exportRoute } from './accounts/export.ts'
import { historyRoute } from './accounts/history.ts'
import { listRoute as listAccounts } from './accounts/list.ts'
import { lookUpRoute } from './accounts/look-up.ts'
import { programsRoutes } from './accounts/programs.ts'
import { refreshRoute } from './accounts/refresh.ts'
import { removeRoute as removeAccount } from './accounts/remove.ts'
import { revealRoute } from './accounts/reveal.ts'
import { revokeRoute } from './accounts/revoke.ts'
import { testRoute } from './accounts/run-test.ts'
import { showRoute as showAccount } from './accounts/show.ts'
import { timelineRoute } from './accounts/timeline.ts'
import { updateRoute as updateAccount } from './accounts/update.ts'
import { watchTokenRoute } from './accounts/watch-token.ts'
import { createRoute as createApiKey } from './api-keys/create.ts'
import { listRoute as listApiKeys } from './api-keys/list.ts'
import { removeRoute as removeApiKey } from './api-keys/remove.ts'
import type { App } from './app-type.ts'
import { listRoute as listAudit } from './audit/list.ts'
import { chooseRoute } from './callback/choose.ts'
import { finishRoute } from './callback/finish.ts'
import { checkRoute } from './connections/check.ts'
import { createRoute as createConnection } from './connections/create.ts'
import { draftRoute as draftConnection } from './connections/draft.ts'
import { listRoute as listConnections } from './connections/list.ts'
import { removeRoute as removeConnection } from './connections/remove.ts'
import { sandboxRoutes } from './connections/sandbox.ts'
import { showRoute as showConnection } from './connections/show.ts'
import { updateRoute as updateConnection } from './connections/update.ts'
import { streamRoute } from './events/stream.ts'
import { confirmRoutes } from './links/confirm.ts'
import { createRoute as createLink } from './links/create.ts'
import { visitRoutes } from './links/visit.ts'
import { messagesRoutes } from './mail/messages.ts'
import { sendRoute } from './mail/send.ts'
import { settingsRoutes as mailSettingsRoutes } from './mail/settings.ts'
import { verifyRoute } from './mail/verify.ts'
import { noticesRoutes } from './notices/notices.ts'
import { healthRoutes } from './operations/health.ts'
import { metricsRoute } from './operations/metrics.ts'
import { openapiRoute } from './operations/openapi.ts'
import { showRoute as showOverview } from './overview/show.ts'
import { listRoute as listProviders } from './providers/list.ts'
import { showRoute as showProvider } from './providers/show.ts'
import { beginRoutes } from './session/begin.ts'
import { endRoute } from './session/end.ts'
import { openidRoute } from './session/openid.ts'
import { passwordRoute } from './session/password.ts'
import { showRoute as showSession } from './session/show.ts'
import { batchRoute } from './tokens/batch.ts'
import { inviteRoutes } from './users/invite.ts'
import { listRoute as listUsers } from './users/list.ts'
import { removeRoute as removeUser } from './users/remove.ts'
import { updateRoute as updateUser } from './users/update.ts'
import { deliveriesRoutes } from './webhooks/deliveries.ts'
import { manageRoutes as manageWebhooks } from './webhooks/manage.ts'
import { secretRoute } from './webhooks/secret.ts'

const routes: readonly ((app: App, services: Services) => void)[] = [
  showSession,
  beginRoutes,
  openidRoute,
  endRoute,
  passwordRoute,
  listUsers,
  inviteRoutes,
  updateUser,
  removeUser,
  listAudit,
  listProviders,
  showProvider,
  listConnections,
  createConnection,
  draftConnection,
  sandboxRoutes,
  showConnection,
  updateConnection,
  removeConnection,
  checkRoute,
  listAccounts,
  countsRoute,
  exportRoute,
  createAccount,
  showAccount,
  updateAccount,
  removeAccount,
  authorizeRoute,
  createLink,
  confirmRoutes,
  visitRoutes,
  refreshRoute,
  testRoute,
  revokeRoute,
  watchTokenRoute,
  batchRoute,
  revealRoute,
  historyRoute,
  timelineRoute,
  lookUpRoute,
  programsRoutes,
  mailSettingsRoutes,
  verifyRoute,
  messagesRoutes,
  sendRoute,
  listApiKeys,
  createApiKey,
  removeApiKey,
  manageWebhooks,
  secretRoute,
  deliveriesRoutes,
  noticesRoutes,
  showOverview,
  streamRoute,
  finishRoute,
  chooseRoute,
  healthRoutes,
  metricsRoute,
  openapiRoute,
]

/** Adds every route of the server. */
export function addRoutes(app: App, services: Services): void {
  for (const add of routes) add(app, services)
}
