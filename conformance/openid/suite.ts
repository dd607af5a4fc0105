import { setTimeout } from 'node:timers/promises'

/** Where the OpenID Foundation's conformance suite runs. */
export interface SuiteAddress {
  readonly url: string
  /** An API token of the suite; a suite of one's own in developer mode needs none. */
  readonly token?: string | undefined
}

export interface Plan {
  readonly id: string
  readonly modules: readonly PlanModule[]
}

export interface PlanModule {
  readonly testModule: string
  readonly variant?: Readonly<Record<string, string>> | null
}

/** How the suite judged a module. */
export interface Judgement {
  readonly status: string
  readonly result: string | null
}

/** The part of the suite's REST API that running a plan needs. */
export class Suite {
  readonly #address: SuiteAddress

  constructor(address: SuiteAddress) {
    this.#address = address
  }

  async createPlan(planName: string, variant: object, configuration: object): Promise<Plan> {
    const query = { planName, variant: JSON.stringify(variant) }
    return (await this.#call('POST', '/api/plan', query, configuration)) as Plan
  }

  /** Starts a module; resolves when it waits for the client, with what it exposes: its issuer above all. */
  async start(plan: Plan, { testModule, variant }: PlanModule): Promise<{ id: string; exposed: Exposed }> {
    const query = { test: testModule, plan: plan.id, ...(variant && { variant: JSON.stringify(variant) }) }
    const { id } = (await this.#call('POST', '/api/runner', query)) as { id: string }
    await this.#until(id, ['WAITING', 'FINISHED', 'INTERRUPTED'])
    const { exposed = {} } = (await this.#call('GET', `/api/runner/${id}`)) as { exposed?: Exposed }
    return { id, exposed }
  }

  /** Waits for the suite's judgement: negative modules end when the client has asked for nothing more for a while. */
  judged(id: string): Promise<Judgement> {
    return this.#until(id, ['FINISHED', 'INTERRUPTED'])
  }

  async #until(id: string, states: readonly string[], seconds = 60): Promise<Judgement> {
    for (const end = performance.now() + seconds * 1000; ; ) {
      const found = (await this.#call('GET', `/api/info/${id}`)) as Judgement
      if (states.includes(found.status)) return found
      if (performance.now() > end) throw new Error(`Module ${id} is still ${found.status} after ${seconds} s`)
      await setTimeout(150)
    }
  }

  async #call(method: string, path: string, query: Record<string, string> = {}, body?: object): Promise<unknown> {
    const { url, token } = this.#address
    const target = new URL(path, url)
    target.search = new URLSearchParams(query).toString()
    const response = await fetch(target, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    if (!response.ok)
      throw new Error(`${method} ${path} answered ${response.status}: ${(await response.text()).slice(0, 500)}`)
    return response.json()
  }
}

/** What a module tells about itself while it runs. */
export type Exposed = Readonly<Record<string, string | undefined>>
