import { type RunningSandbox, startSandbox } from '@evergrant/sandbox'

/** The authorization server that every runtime is tried against. It runs in the test's own process. */
export function smokeSandbox(): Promise<RunningSandbox> {
  const grant_types = ['authorization_code', 'refresh_token', 'client_credentials']
  const redirect_uris = ['http://127.0.0.1/callback']
  const app = { client_id: 'web', client_secret: 'a secret', redirect_uris, grant_types }
  return startSandbox({ clients: [app], control: true })
}

/** How many things the smoke suite proves. */
export const expected = 8
