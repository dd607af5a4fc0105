import type { GrantStore, GrantSummary } from '@evergrant/core'
import type { GrantIds } from './grant-ids.ts'

/** The grants in a store that belong to one registration, tenant and API, those under former ids among them. */
export class AccountGrants {
  readonly #store: Pick<GrantStore, 'get' | 'list'>
  readonly #ids: GrantIds

  constructor(store: Pick<GrantStore, 'get' | 'list'>, ids: GrantIds) {
    this.#store = store
    this.#ids = ids
  }

  /** Where a person's grant is: under the id it has now, or the former one if it is there and for this API. */
  async idOf(username: string): Promise<string> {
    const id = this.#ids.of(username)
    if ((await this.#store.get(id)) !== undefined) return id
    return (await this.#formerOf(username)) ?? id
  }

  /** Whose grant is the first there is. */
  async firstName(): Promise<string | undefined> {
    for await (const one of this.#all()) if (one.id !== this.#ids.app) return this.#ids.nameOf(one)
    return undefined
  }

  /** The names of those who consented, each once. */
  async names(): Promise<string[]> {
    const found = new Map<string, string>()
    for await (const { subject } of this.#all()) {
      const name = subject?.username
      if (name !== undefined) found.set(name.toLowerCase(), name)
    }
    return [...found.values()]
  }

  /** The ids of everything, or of what one person has. */
  async idsOf(username: string | undefined): Promise<string[]> {
    if (username !== undefined) {
      const former = await this.#formerOf(username)
      return [this.#ids.of(username), ...(former === undefined ? [] : [former])]
    }
    const ids = [this.#ids.formerApp]
    for await (const { id } of this.#all()) ids.push(id)
    return ids
  }

  async #formerOf(username: string): Promise<string | undefined> {
    const former = this.#ids.formerOf(username)
    const before = await this.#store.get(former)
    return before !== undefined && this.#ids.isFormer(before) ? former : undefined
  }

  async *#all(): AsyncGenerator<GrantSummary, void, undefined> {
    for await (const one of this.#store.list())
      if (one.id.startsWith(this.#ids.prefix) || this.#ids.isFormer(one)) yield one
  }
}
