import { delimiter } from 'node:path'
import type { Invocation } from './invocation.ts'

/**
 * Opens the address in the person's own browser (RFC 8252 §8.12), which `BROWSER` may name; `BROWSER=none` opens
 * nothing. False when nothing was opened: the person opens the address by hand.
 */
export async function openBrowser(
  url: string,
  { env, terminal }: Pick<Invocation, 'env' | 'terminal'>,
): Promise<boolean> {
  const named = env['BROWSER']?.split(delimiter)[0]
  if (named === 'none') return false
  const { default: open } = await import('open')
  try {
    const child = await open(url, named === undefined || named === '' ? {} : { app: { name: named } })
    // Without a listener a browser that is not there would end this program.
    child.on('error', (error) => terminal.detail(`The browser did not start: ${error.message}`))
    return true
  } catch (error) {
    terminal.detail(`The browser did not start: ${error instanceof Error ? error.message : String(error)}`)
    return false
  }
}
