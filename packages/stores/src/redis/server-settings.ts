import type { Send } from './client.ts'

/**
 * What the server's settings may lose, in words. Silent about what it does not tell: many hosted servers refuse to be
 * asked.
 */
export async function doubts(send: Send, durable: boolean): Promise<string[]> {
  const found: string[] = []
  const persistence = await asked(() => send('INFO', 'persistence'))
  if (/^aof_enabled:0/m.test(persistence))
    found.push(
      'Redis keeps no append-only file (appendonly no): a crash loses the refresh tokens since its last snapshot.',
    )
  else if (durable && /appendfsync\s+(?:everysec|no)/.test(await asked(() => send('CONFIG', 'GET', 'appendfsync'))))
    found.push('Redis does not sync before it confirms (appendfsync is not always): a crash may lose a refresh token.')
  const policy = /^maxmemory_policy:(allkeys-\w+)/m.exec(await asked(() => send('INFO', 'memory')))?.[1]
  if (policy !== undefined)
    found.push(`Redis may remove any key when memory is short (maxmemory-policy ${policy}), grants too.`)
  return found
}

async function asked(question: () => Promise<unknown>): Promise<string> {
  try {
    const reply = await question()
    return Array.isArray(reply) ? reply.join(' ') : String(reply)
  } catch {
    return ''
  }
}
