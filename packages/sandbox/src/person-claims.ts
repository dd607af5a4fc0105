import type { SandboxUser } from './users.ts'

/** OpenID Connect Core §5.4: which claims the scopes ask for. The username is told in any case; clients key on it. */
export function personClaims(user: SandboxUser, scopes: readonly string[]): Record<string, string | boolean> {
  return {
    preferred_username: user.username,
    ...(scopes.includes('profile') ? { name: user.name } : {}),
    ...(scopes.includes('email') ? { email: user.email, email_verified: user.email_verified ?? true } : {}),
  }
}
