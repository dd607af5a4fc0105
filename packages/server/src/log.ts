/**
 * The second belt: fields that hold secrets, should anything ever log them. `code` is not among them, because that is
 * where errors have their name.
 */
export const REDACTED_KEYS: string[] = [
  'access_token',
  'refresh_token',
  'id_token',
  'client_secret',
  'code_verifier',
  'password',
  'token',
  'key',
  'authorization',
  'cookie',
].flatMap((key) => [key, `*.${key}`, `*.*.${key}`])
