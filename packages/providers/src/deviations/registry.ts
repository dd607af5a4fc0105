import type { DeviationRegistry } from '@evergrant/core'
import { appTokenFirst } from './app-token-first.ts'
import { codeByWebhook } from './code-by-webhook.ts'
import { hashedSecret } from './hashed-secret.ts'
import { jsonpAnswer } from './jsonp-answer.ts'
import { sessionLogin } from './session-login.ts'
import { signedCallback } from './signed-callback.ts'
import { xmlAnswer } from './xml-answer.ts'

/** The deviations that are functions, by the names that definitions use. */
export const deviations: DeviationRegistry = {
  'app-token-first': appTokenFirst,
  'code-by-webhook': codeByWebhook,
  'hashed-secret': hashedSecret,
  'jsonp-answer': jsonpAnswer,
  'session-login': sessionLogin,
  'signed-callback': signedCallback,
  'xml-answer': xmlAnswer,
}
