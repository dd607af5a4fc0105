import type { CONSENT_CHANNEL, CSRF_HEADER, LANGUAGE_COOKIE, PASSWORD_MIN_LENGTH } from '@evergrant/server/contract'

// The contract's values would bring its schema library into the page. Their types are literal,
// so a value that differs here does not compile.

export const consentChannel: typeof CONSENT_CHANNEL = 'evergrant'
export const csrfHeader: typeof CSRF_HEADER = 'x-evergrant'
export const languageCookie: typeof LANGUAGE_COOKIE = 'evergrant-language'
export const passwordMinLength: typeof PASSWORD_MIN_LENGTH = 10
