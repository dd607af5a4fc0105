import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import { Refusal } from '../problem.ts'
import type { App } from '../routes/app-type.ts'
import { missingPage } from './missing-page.ts'
import { isPagePath } from './page-path.ts'

/**
 * Only what comes from here runs. The exception is style: the component library sets style attributes and adds style
 * elements while it runs, which a policy cannot name in advance. Styles cannot call out, as nothing external is allowed.
 */
export const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

/** Serves the built page. Its addresses are its own affair: each navigation gets the same document. */
export async function servePage(app: App, folder: string | undefined, subPath = ''): Promise<void> {
  const index = folder === undefined ? undefined : join(folder, 'index.html')
  const built = folder !== undefined && index !== undefined && existsSync(index)
  if (built) {
    await app.register(fastifyStatic, {
      root: folder,
      index: false,
      // A route per file: the wildcard would answer "/", a folder, with 403 before the page below gets a chance.
      wildcard: false,
      // Names of built files change with their content.
      setHeaders: (reply, path) => {
        const fixed = /[\\/]assets[\\/]/.test(path)
        reply.header('cache-control', fixed ? 'public, max-age=31536000, immutable' : 'no-cache')
        reply.header('content-security-policy', PAGE_POLICY)
      },
    })
  }
  app.setNotFoundHandler(async (request, reply) => {
    const { accept = '*/*' } = request.headers
    const navigation = /^(?:GET|HEAD)$/.test(request.method) && /text\/html|\*\/\*/.test(accept)
    if (!navigation || !isPagePath(request.url.split('?')[0] ?? '')) {
      throw new Refusal('NOT_FOUND', 'There is nothing at this address.')
    }
    const body = built ? based(await readFile(index, 'utf8'), subPath) : missingPage
    return reply
      .code(built ? 200 : 503)
      .headers({
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': PAGE_POLICY,
        'cache-control': 'no-cache',
        // A window that we open for consent keeps its opener; windows that others open do not get at us.
        'cross-origin-opener-policy': 'same-origin-allow-popups',
      })
      .send(body)
  })
}

/** Everything in the page is addressed from its base, so that it works below any path. */
function based(page: string, subPath: string): string {
  return page.replace('<base href="/"', `<base href="${subPath.replace(/"/g, '%22')}/"`)
}
