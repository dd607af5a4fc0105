/** `npm start`: the page, then the server with everything embedded. */
import { join } from 'node:path'
import { isOAuthError } from '@evergrant/core'
import { main } from '@evergrant/server/main'
import { ensurePage } from './web-page.ts'

if (ensurePage(join(import.meta.dirname, '..'))) {
  // A first run needs no settings; what the environment says wins.
  try {
    await main({ EVERGRANT_SANDBOX: 'on', EVERGRANT_DATA_DIR: './data', ...process.env })
  } catch (error) {
    // A setting that cannot be used is said in words; only what nobody expected shows where it came from.
    if (!isOAuthError(error)) throw error
    console.error(`${error.message}\n  ${error.advice}`)
    process.exitCode = 2
  }
} else {
  process.exitCode = 1
}
