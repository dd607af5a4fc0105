import type { Engine } from './engine.ts'

/** Ends a refresh family together with every access token that came from it. */
export function endGrant({ families, accessTokens }: Engine, family: string, why: string): void {
  families.end(family, why)
  accessTokens.revokeWhere((token) => token.family === family)
}
