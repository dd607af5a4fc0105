import type { Asked } from './asked.ts'
import type { EntraApp } from './directory.ts'

/** Who consented to what, over all requests. */
export class Consents {
  readonly #given = new Map<string, Set<string>>()

  add(tid: string, sub: string, app: EntraApp, asked: readonly Asked[]): void {
    const key = keyOf(tid, sub, app)
    const given = this.#given.get(key) ?? new Set()
    for (const { resource, names } of asked) for (const name of names) given.add(whole(resource, name))
    this.#given.set(key, given)
  }

  end(sub: string): void {
    for (const key of this.#given.keys()) if (key.split(' ')[1] === sub) this.#given.delete(key)
  }

  /** Whether everything that is asked for was consented to, by the person or for everybody. */
  covers(tid: string, sub: string, app: EntraApp, { resource, names }: Asked): boolean {
    if (app.admin_consent === true) return true
    const all = this.names(tid, sub, app, resource)
    return names.every((name) => (name === '.default' ? all.length > 0 : all.includes(name.toLowerCase())))
  }

  /** The permissions of one API that were consented to, in small letters. */
  names(tid: string, sub: string, app: EntraApp, resource: string): string[] {
    const administrator = Array.isArray(app.admin_consent)
      ? app.admin_consent.map((one: string) => one.toLowerCase())
      : []
    const given = [...(this.#given.get(keyOf(tid, sub, app)) ?? []), ...administrator]
    const start = whole(resource, '')
    return given.filter((one) => one.startsWith(start)).map((one) => one.slice(start.length))
  }
}

function keyOf(tid: string, sub: string, { client_id }: EntraApp): string {
  return `${tid} ${sub} ${client_id}`
}

function whole(resource: string, name: string): string {
  return `${resource.replace(/\/+$/, '')}/${name}`.toLowerCase()
}
