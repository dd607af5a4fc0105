import type { Seen } from '../answering-server.ts'
import type { Sandbox } from '../sandbox.ts'

/** A token that came with a request and that the sandbox issued, with the claims that Microsoft's APIs look at. */
export interface IssuedToken {
  readonly access_token: string
  readonly aud: string | undefined
  readonly upn: string | undefined
}

/** Undefined: none came, or the sandbox never issued it. */
export function issuedBy(
  sandbox: Pick<Sandbox, 'journal'>,
  { headers }: Pick<Seen, 'headers'>,
): IssuedToken | undefined {
  const access_token = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1]
  const entry = sandbox.journal.where({}).find(({ outcome }) => outcome?.issued?.access_token === access_token)
  if (access_token === undefined || entry === undefined) return undefined
  const claims: unknown = JSON.parse(Buffer.from(access_token.split('.')[1] ?? 'e30', 'base64url').toString())
  const { aud, upn } = claims as { aud?: string; upn?: string }
  return { access_token, aud, upn }
}
