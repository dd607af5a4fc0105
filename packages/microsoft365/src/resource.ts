import { OAuthError } from '@evergrant/core'

/**
 * The path of a resource from the short ways to name it: `me`; an address or `user:address` → `users/…`; `group:id` →
 * `groups/…`; `site:id` or `site:host:/path` → `sites/…`; a path such as `users/…` stays. Empty: no resource, as for a program that acts on
 * its own behalf.
 *
 * Throws `INVALID_ARGUMENT` for what is none of these, such as `..` or a query.
 *
 * @example
 * ```ts
 * import { resourcePath } from '@evergrant/microsoft365'
 *
 * resourcePath('shared@contoso.com') // users/shared@contoso.com
 * ```
 */
export function resourcePath(resource: string): string {
  const given = resource.trim().replace(/^\/+|\/+$/g, '')
  if (given === '') return ''
  const [, kind, id] = /^(user|group|site):(.*)$/i.exec(given) ?? []
  if (kind !== undefined) {
    if (id === undefined || id.trim() === '') throw wrong(resource)
    const [, host, path] = /^([^/:]+):\/(.+)$/.exec(id.trim()) ?? []
    if (kind.toLowerCase() === 'site' && host !== undefined && path !== undefined)
      return `sites/${segment(host)}:/${path.split('/').map(segment).join('/')}`
    return `${kind.toLowerCase()}s/${segment(id.trim())}`
  }
  if (!given.includes('/') && given.includes('@')) return `users/${segment(given)}`
  return given.split('/').map(segment).join('/')
}

/** One part of a path. A site's id has commas and colons in it (`contoso.sharepoint.com,guid,guid`), an address an at. */
export function segment(text: string): string {
  if (text === '' || text === '.' || text === '..') throw wrong(text)
  return encodeURIComponent(text).replace(/%(40|2C|3A|24|21)/g, (whole) => decodeURIComponent(whole))
}

function wrong(resource: string): OAuthError {
  const message = `"${resource}" names no resource. There are: me, an address, user:…, group:…, site:…, or a path such as users/….`
  return new OAuthError('INVALID_ARGUMENT', message, { outcome: 'not_sent' })
}
