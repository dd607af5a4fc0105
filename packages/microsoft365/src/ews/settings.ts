import { type NamedFlow, namedFlow, OAuthError } from '@evergrant/core'
import { isOfSignIn } from '../scopes.ts'

/** The ways to get a token, by py-ews' names. */
export type OAuth2AuthorizationType =
  | 'legacy_app_flow'
  | 'auth_code_grant'
  | 'interactive_auth_code_grant'
  | 'client_credentials_grant'
  | 'backend_app_flow'
  | 'web_application_flow'
  | 'implicit_grant_flow'

/** What py-ews' `Authentication` takes for OAuth 2.0, by its names. */
export interface OAuth2Settings {
  readonly oauth2_authorization_type?: OAuth2AuthorizationType | undefined
  readonly client_id?: string | undefined
  readonly client_secret?: string | undefined
  readonly tenant_id?: string | undefined
  /** A token that is there already: used until it ends, without anything else. */
  readonly access_token?: string | undefined
  readonly redirect_uri?: string | undefined
  readonly oauth2_scope?: string | readonly string[] | undefined
  /** Another name of `oauth2_scope`. */
  readonly scope?: string | readonly string[] | undefined
  readonly username?: string | undefined
  readonly password?: string | undefined
  /** Whom the token is for. Default: whom the scopes name (`https://…/…`), else Exchange Online. */
  readonly resource?: string | undefined
}

/** How one of the ways goes. */
export interface Way {
  readonly type: OAuth2AuthorizationType
  readonly kind: 'code' | 'app' | 'password' | 'implicit'
  /** Where the client's secret travels. */
  readonly secret: 'basic' | 'body' | 'none'
}

/** The settings as they are checked: both names of the scope are one, and either of two is a name of its own. */
interface Checked extends OAuth2Settings {
  readonly 'scope or resource'?: unknown
}

const basics = ['client_id', 'client_secret', 'tenant_id'] as const
const way = (needs: readonly (keyof Checked)[], of: Way): NamedFlow<Checked, Way> => ({ needs, run: () => of })

const ways: Readonly<Record<OAuth2AuthorizationType, NamedFlow<Checked, Way>>> = {
  legacy_app_flow: way([...basics, 'redirect_uri', 'username', 'password', 'scope'], {
    type: 'legacy_app_flow',
    kind: 'password',
    secret: 'basic',
  }),
  auth_code_grant: way([...basics, 'redirect_uri', 'oauth2_scope'], {
    type: 'auth_code_grant',
    kind: 'code',
    secret: 'body',
  }),
  interactive_auth_code_grant: way([...basics, 'redirect_uri', 'oauth2_scope'], {
    type: 'interactive_auth_code_grant',
    kind: 'code',
    secret: 'body',
  }),
  client_credentials_grant: way(basics, { type: 'client_credentials_grant', kind: 'app', secret: 'body' }),
  backend_app_flow: way([...basics, 'scope or resource'], { type: 'backend_app_flow', kind: 'app', secret: 'basic' }),
  web_application_flow: way([...basics, 'redirect_uri'], {
    type: 'web_application_flow',
    kind: 'code',
    secret: 'body',
  }),
  implicit_grant_flow: way(['client_id', 'tenant_id', 'redirect_uri'], {
    type: 'implicit_grant_flow',
    kind: 'implicit',
    secret: 'none',
  }),
}

/**
 * Throws `INVALID_ARGUMENT` with the names there are, and `MISSING_PARAMETER` with every property that is missing.
 * `isCertified`: something else stands in the place of the secret.
 */
export function checkedWay(settings: OAuth2Settings, isCertified = false): Way {
  const scope = scopeOf(settings)
  const names = scope.length === 0 ? undefined : scope.join(' ')
  const { client_secret = isCertified ? 'not needed' : undefined } = settings
  const checked = {
    ...settings,
    client_secret,
    scope: names,
    oauth2_scope: names,
    'scope or resource': names ?? settings.resource,
  }
  return namedFlow(ways, settings.oauth2_authorization_type ?? '', checked)
}

/** The scopes that were given, by either name. */
export function scopeOf({ oauth2_scope, scope }: OAuth2Settings): string[] {
  const given = oauth2_scope ?? scope ?? []
  const names = typeof given === 'string' ? given.split(/\s+/) : given
  return names.map((name) => name.trim()).filter((name) => name !== '')
}

/** Whom tokens are for when nothing else is said. */
const EXCHANGE_ONLINE = 'https://outlook.office365.com'

/** One API, and the permissions of it that are asked for by their whole names; none: the usual ones. */
export interface Target {
  readonly resource: string
  readonly scope: readonly string[]
}

/**
 * Whom the token is for, the same for both endpoints: a scope's whole name (`https://graph.microsoft.com/.default`) says it,
 * else `resource`; a bare name (`EWS.AccessAsUser.All`) is a permission there. Throws `INVALID_ARGUMENT` when they
 * name several, because a token is for one.
 */
export function targetOf(settings: OAuth2Settings): Target {
  const given = scopeOf(settings)
  const named = given.filter((name) => !isOfSignIn(name) && name.includes('/'))
  const own = settings.resource === undefined || settings.resource === '' ? [] : [settings.resource]
  const found = [...own, ...named.map((name) => name.slice(0, name.lastIndexOf('/')))]
  const [resource = EXCHANGE_ONLINE, ...others] = found
  if (others.some((one) => plain(one) !== plain(resource))) {
    const message = `A token is for one API, and these settings name several: ${[...new Set([resource, ...others])].join(', ')}. Name one in resource and scope.`
    throw new OAuthError('INVALID_ARGUMENT', message, { outcome: 'not_sent' })
  }
  const whole = (name: string): string => (isOfSignIn(name) || name.includes('/') ? name : `${plain(resource)}/${name}`)
  return { resource, scope: given.map(whole) }
}

/** An API's address without slashes at the end. */
export function plain(resource: string): string {
  return resource.replace(/\/+$/, '')
}
