import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadLanguage } from '../src/languages/languages.ts'
import { bestLanguage } from '../src/languages/preference.ts'
import { allScreens } from './screens.ts'
import { openStage, visit } from './stage.ts'
import { addAccount, openWindow, signIn } from './steps.ts'

/**
 * Takes pictures of a real server with a real provider beside it.
 * `node --conditions=source packages/web/test/screenshots.ts` renews those in docs/images;
 * with a folder as argument, it takes every screen in light, dark and small into that folder;
 * with a language after it, in that language.
 */
const [, , folder, wanted] = process.argv
const language = await loadLanguage(bestLanguage([wanted]))
const images = fileURLToPath(new URL('../../../docs/images', import.meta.url))
const kept: Readonly<Record<string, string>> = { accounts: 'accounts', account: 'account', connection: 'connection' }

await using stage = await openStage()
const first = await visit(stage)
const screens = await allScreens(first.page, stage)
await first.context.close()
await mkdir(folder ?? images, { recursive: true })

for (const look of ['light', 'dark', 'small'] as const) {
  if (!folder && look !== 'light') continue
  const options = {
    locale: language.tag,
    colorScheme: look === 'dark' ? 'dark' : 'light',
    viewport: look === 'small' ? { width: 360, height: 740 } : { width: 1080, height: 720 },
  } as const
  const { page, context } = await visit(stage, options)
  const signedOut = await visit(stage, options)
  await signIn(page, language.texts)
  for (const screen of screens) {
    if (!folder && !(screen.name in kept)) continue
    const shown = screen.signedOut ? signedOut.page : page
    await shown.goto(screen.path)
    await screen.ready(shown, language.texts)
    await shown.waitForLoadState('networkidle', { timeout: 500 }).catch(() => undefined)
    const path = folder ? join(folder, `${screen.name}-${look}.png`) : join(images, `${kept[screen.name]}.png`)
    await shown.screenshot({ path, fullPage: folder !== undefined })
  }
  if (language.tag === 'en') {
    await addAccount(page, `person-${look}@sandbox.example`)
    const opened = await openWindow(page, /^Continue to/)
    await page.getByText('Waiting for consent').first().waitFor()
    await page.screenshot({ path: folder ? join(folder, `connecting-${look}.png`) : join(images, 'connect.png') })
    await opened.close()
  }
  await context.close()
  await signedOut.context.close()
}
