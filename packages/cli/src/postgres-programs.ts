import { spawn } from 'node:child_process'
import { OAuthError } from '@evergrant/core'

/** The programs that PostgreSQL brings for copies of a database. */
type Program = 'pg_dump' | 'pg_restore'

/**
 * Runs one of them on a database, and resolves with what it printed. The password goes by its environment: the words of a
 * command line are seen by other users of the machine.
 *
 * Throws `NOT_SUPPORTED` when it is not installed, and `STORE_UNAVAILABLE` with its own words when it fails.
 */
export async function postgresProgram(
  program: Program,
  args: readonly string[],
  { url, env, signal }: { url?: string; env: Readonly<Record<string, string | undefined>>; signal?: AbortSignal },
): Promise<string> {
  const { address, password } = withoutPassword(url)
  const child = spawn(program, [...args, ...(address === undefined ? [] : [`--dbname=${address}`])], {
    env: { ...env, ...(password === '' ? {} : { PGPASSWORD: password }) },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
  })
  let printed = ''
  let said = ''
  child.stdout.on('data', (part) => {
    printed += part
  })
  child.stderr.on('data', (part) => {
    said += part
  })
  const code = await new Promise<number | null>((done, failed) => {
    child.once('error', failed).once('close', done)
  }).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT') throw cause
    const message = `${program} is not installed. It comes with PostgreSQL's client programs (postgresql-client), of the server's version or newer.`
    throw new OAuthError('NOT_SUPPORTED', message, { cause })
  })
  if (code === 0) return printed
  throw new OAuthError('STORE_UNAVAILABLE', `${program} failed: ${said.trim() || `it ended with ${code}`}`)
}

function withoutPassword(url: string | undefined): { readonly address: string | undefined; readonly password: string } {
  if (url === undefined) return { address: undefined, password: '' }
  const address = new URL(url)
  const { password } = address
  address.password = ''
  return { address: address.href, password: decodeURIComponent(password) }
}
