import { createBrowserRouter, Navigate, type RouteObject } from 'react-router'
import { basePath } from './api/server-address.ts'
import { AdminsOnly } from './session/admins-only.tsx'
import { SessionGuard } from './session/session-guard.tsx'
import { LoadingPage } from './shared/loading-page.tsx'
import { NotFound } from './shared/not-found.tsx'
import { PageError } from './shell/page-error.tsx'
import { Shell } from './shell/shell.tsx'

/** Every screen is a chunk of its own; the shell comes with the first one. */
export function createRouter(): ReturnType<typeof createBrowserRouter> {
  const routes: RouteObject[] = [
    {
      hydrateFallbackElement: <LoadingPage />,
      errorElement: <PageError />,
      children: [
        {
          path: '/setup',
          lazy: async () => ({ Component: (await import('./session/setup-page.tsx')).SetupPage }),
        },
        {
          path: '/invitation',
          lazy: async () => ({ Component: (await import('./session/invitation-page.tsx')).InvitationPage }),
        },
        {
          path: '/connect',
          lazy: async () => ({ Component: (await import('./links/connect-link-page.tsx')).ConnectLinkPage }),
        },
        {
          path: '/sign-in',
          lazy: async () => ({ Component: (await import('./session/sign-in-page.tsx')).SignInPage }),
        },
        {
          element: (
            <SessionGuard>
              <Shell />
            </SessionGuard>
          ),
          children: [
            {
              errorElement: <PageError />,
              children: [
                {
                  element: <AdminsOnly instead={<Navigate to="/accounts" replace />} />,
                  children: [
                    {
                      index: true,
                      lazy: async () => ({ Component: (await import('./overview/overview-page.tsx')).OverviewPage }),
                    },
                  ],
                },
                {
                  path: 'accounts',
                  lazy: async () => ({ Component: (await import('./accounts/accounts-page.tsx')).AccountsPage }),
                },
                {
                  path: 'accounts/new',
                  lazy: async () => ({ Component: (await import('./accounts/new-account-page.tsx')).NewAccountPage }),
                },
                {
                  path: 'accounts/:id/connect',
                  lazy: async () => ({ Component: (await import('./accounts/connect-page.tsx')).ConnectPage }),
                },
                {
                  path: 'accounts/:id',
                  lazy: async () => ({ Component: (await import('./accounts/account-page.tsx')).AccountPage }),
                },
                {
                  path: 'settings',
                  lazy: async () => ({ Component: (await import('./shell/settings.tsx')).Settings }),
                  children: [
                    {
                      index: true,
                      lazy: async () => ({ Component: (await import('./shell/settings.tsx')).SettingsStart }),
                    },
                    {
                      element: <AdminsOnly />,
                      children: [
                        {
                          path: 'connections',
                          lazy: async () => ({
                            Component: (await import('./connections/connections-page.tsx')).ConnectionsPage,
                          }),
                        },
                        {
                          path: 'connections/new',
                          lazy: async () => ({
                            Component: (await import('./connections/new-connection-page.tsx')).NewConnectionPage,
                          }),
                        },
                        {
                          path: 'connections/:id',
                          lazy: async () => ({
                            Component: (await import('./connections/connection-page.tsx')).ConnectionPage,
                          }),
                        },
                        {
                          path: 'webhooks',
                          lazy: async () => ({
                            Component: (await import('./webhooks/webhooks-page.tsx')).WebhooksPage,
                          }),
                        },
                        {
                          path: 'webhooks/:id',
                          lazy: async () => ({ Component: (await import('./webhooks/webhook-page.tsx')).WebhookPage }),
                        },
                        {
                          path: 'people',
                          lazy: async () => ({ Component: (await import('./people/people-page.tsx')).PeoplePage }),
                        },
                        {
                          path: 'audit',
                          lazy: async () => ({ Component: (await import('./audit/audit-page.tsx')).AuditPage }),
                        },
                      ],
                    },
                    {
                      path: 'api-keys',
                      lazy: async () => ({ Component: (await import('./keys/keys-page.tsx')).KeysPage }),
                    },
                  ],
                },
                { path: '*', element: <NotFound /> },
              ],
            },
          ],
        },
      ],
    },
  ]
  return createBrowserRouter(routes, { basename: basePath() })
}
