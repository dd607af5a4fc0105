import { OAuthError } from '@evergrant/core'
import type { User as GraphUser } from '@microsoft/microsoft-graph-types'
import type { Connection } from '../connection.ts'
import { segment } from '../resource.ts'

/**
 * A user's fields as Microsoft Graph names and types them (`User` of `@microsoft/microsoft-graph-types`). Without
 * `$select` it sends `id`, names, address, phones, job title, office and language; any other field has to be asked for.
 */
export interface UserFields extends Readonly<GraphUser> {
  readonly [field: string]: unknown
}

/** Widths and heights that a profile photo comes in, in pixels. */
export const photoSizes = [48, 64, 96, 120, 240, 360, 432, 504, 648] as const

/** One of {@link photoSizes}. */
export type PhotoSize = (typeof photoSizes)[number]

/**
 * A user of the directory: what is known of it, and what can be asked about it. One from `newUser` knows nothing but its
 * id or address until {@link User.load}.
 *
 * @see https://learn.microsoft.com/graph/api/resources/user
 */
export class User {
  readonly #connection: Connection
  readonly #path: string
  /** As the API sent them, in its own spelling. */
  readonly fields: UserFields

  constructor(connection: Connection, fields: UserFields, path?: string) {
    this.#connection = connection
    this.fields = fields
    const name = fields.id ?? fields.userPrincipalName
    if (path === undefined && !name) throw new OAuthError('INVALID_ARGUMENT', 'A user needs an id or an address.')
    this.#path = path ?? `users/${segment(name ?? '')}`
  }

  get id(): string | undefined {
    return this.fields.id
  }

  get userPrincipalName(): string | undefined {
    return this.fields.userPrincipalName ?? undefined
  }

  get displayName(): string | undefined {
    return this.fields.displayName ?? undefined
  }

  get mail(): string | undefined {
    return this.fields.mail ?? undefined
  }

  /** Given name and surname. */
  get fullName(): string {
    return [this.fields.givenName, this.fields.surname].filter((part) => part).join(' ')
  }

  /** The same user with its fields, asked for now. `select`: which ones, instead of the usual ones. */
  async load(select?: readonly string[]): Promise<User> {
    return loadUser(this.#connection, this.#path, select)
  }

  /** The user's manager; undefined when there is none. */
  async manager(): Promise<User | undefined> {
    const fields = await foundJson(() => this.#connection.get(`${this.#path}/manager`))
    return fields === undefined ? undefined : new User(this.#connection, fields)
  }

  /** Those whose manager this user is, page after page. */
  async *directReports(): AsyncGenerator<User, void, undefined> {
    for await (const fields of this.#connection.items<UserFields>(`${this.#path}/directReports`))
      yield new User(this.#connection, fields)
  }

  /** The profile photo: the largest, or one size of {@link photoSizes}; undefined when there is none. */
  async photo(size?: PhotoSize): Promise<Blob | undefined> {
    if (size !== undefined && !photoSizes.includes(size))
      throw new OAuthError('INVALID_ARGUMENT', `There is no photo size ${size}; there are: ${photoSizes.join(', ')}.`)
    const photo = size === undefined ? 'photo' : `photos/${size}x${size}`
    const response = await found(() => this.#connection.get(`${this.#path}/${photo}/$value`))
    return response?.blob()
  }

  /** Replaces the profile photo. JPEG, up to 4 MB by Microsoft's rules. */
  async updatePhoto(image: Blob | ArrayBuffer): Promise<void> {
    const init = { headers: { 'content-type': 'image/jpeg' } }
    await this.#connection.put(`${this.#path}/photo/$value`, image, init)
  }
}

/** Asks for one user. */
export async function loadUser(connection: Connection, path: string, select?: readonly string[]): Promise<User> {
  const wanted = select === undefined ? '' : `?$select=${['id', ...select].map(encodeURIComponent).join(',')}`
  const response = await connection.get(path + wanted)
  return new User(connection, (await response.json()) as UserFields, path === 'me' ? path : undefined)
}

/** The answer; undefined for 404, whether the connection throws it or returns it. */
async function found(ask: () => Promise<Response>): Promise<Response | undefined> {
  try {
    const response = await ask()
    if (response.status !== 404) return response
    await response.body?.cancel()
    return undefined
  } catch (error) {
    if (error instanceof OAuthError && error.status === 404) return undefined
    throw error
  }
}

async function foundJson(ask: () => Promise<Response>): Promise<UserFields | undefined> {
  return (await found(ask))?.json() as Promise<UserFields | undefined>
}
