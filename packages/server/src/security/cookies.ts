import type { CookieSerializeOptions } from '@fastify/cookie'

/** The session. `__Host-`: set by this host alone, for the whole host, over a secure channel. */
export const SESSION_COOKIE = '__Host-evergrant'

/** Names the browser, so that a consent is finished where it was begun. */
export const BROWSER_COOKIE = '__Host-evergrant-browser'

/**
 * Chromium takes `Secure` cookies from loopback addresses over plain http as well.
 * Lax and not Strict: the way back from the provider is a navigation from another site.
 */
export const COOKIE: CookieSerializeOptions = { path: '/', secure: true, httpOnly: true, sameSite: 'lax' }
