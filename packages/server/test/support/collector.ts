import { AsyncLocalStorage } from 'node:async_hooks'
import {
  type Attributes,
  type Context,
  type ContextManager,
  context,
  type Meter,
  metrics,
  propagation,
  ROOT_CONTEXT,
  type Span,
  type SpanOptions,
  type Tracer,
  trace,
} from '@opentelemetry/api'

/** A span as it was told. */
export interface CollectedSpan {
  readonly name: string
  readonly parent: CollectedSpan | undefined
  readonly options: SpanOptions
  readonly attributes: Attributes
  status: unknown
  ended: boolean
}

/** What the programs of OpenTelemetry are told by whoever uses its API: every span and every measurement, as it is. */
export class Collector implements Disposable {
  readonly spans: CollectedSpan[] = []
  readonly measured: { readonly name: string; readonly value: number; readonly attributes: Attributes }[] = []
  readonly #observed: (() => Promise<void>)[] = []

  constructor() {
    context.setGlobalContextManager(new Contexts())
    propagation.setGlobalPropagator({
      inject: () => undefined,
      extract: (within, carrier, getter) => within.setValue(REMOTE, getter.get(carrier, 'traceparent')),
      fields: () => ['traceparent'],
    })
    trace.setGlobalTracerProvider({ getTracer: () => this.#tracer() })
    metrics.setGlobalMeterProvider({ getMeter: () => this.#meter() })
  }

  named(name: string): CollectedSpan[] {
    return this.spans.filter((span) => span.name === name)
  }

  /** Reads what is only known when it is asked for. */
  async observe(): Promise<void> {
    for (const one of this.#observed) await one()
  }

  [Symbol.dispose](): void {
    for (const api of [trace, metrics, context, propagation]) api.disable()
  }

  #tracer(): Tracer {
    const startSpan = (name: string, options: SpanOptions = {}, within: Context = context.active()): Span => {
      const parent = within.getValue(COLLECTED) as CollectedSpan | undefined
      const remote = within.getValue(REMOTE)
      const attributes = { ...options.attributes, ...(remote === undefined ? {} : { remote: String(remote) }) }
      const collected: CollectedSpan = { name, parent, options, attributes, status: undefined, ended: false }
      this.spans.push(collected)
      const span: Span = {
        spanContext: () => ({ traceId: '1'.padStart(32, '0'), spanId: '1'.padStart(16, '0'), traceFlags: 1 }),
        setAttribute: (key, value) => {
          collected.attributes[key] = value
          return span
        },
        setAttributes: (more) => {
          Object.assign(collected.attributes, more)
          return span
        },
        setStatus: (status) => {
          collected.status = status
          return span
        },
        end: () => {
          collected.ended = true
        },
        addEvent: () => span,
        addLink: () => span,
        addLinks: () => span,
        updateName: () => span,
        isRecording: () => !collected.ended,
        recordException: () => undefined,
      }
      spans.set(span, collected)
      return span
    }
    const startActiveSpan = (name: string, ...rest: readonly unknown[]): unknown => {
      const work = rest.at(-1) as (span: Span) => unknown
      const span = startSpan(name, rest.length > 1 ? (rest[0] as SpanOptions) : {})
      return context.with(trace.setSpan(context.active(), span), () => work(span))
    }
    return { startSpan, startActiveSpan: startActiveSpan as Tracer['startActiveSpan'] }
  }

  #meter(): Meter {
    const take =
      (name: string) =>
      (value: number, attributes: Attributes = {}) => {
        this.measured.push({ name, value, attributes })
      }
    const observable = (name: string) => ({
      addCallback: (read: (result: { observe: ReturnType<typeof take> }) => void | Promise<void>) =>
        void this.#observed.push(async () => read({ observe: take(name) })),
      removeCallback: () => undefined,
    })
    const meter = {
      createHistogram: (name: string) => ({ record: take(name) }),
      createCounter: (name: string) => ({ add: take(name) }),
      createUpDownCounter: (name: string) => ({ add: take(name) }),
      createGauge: (name: string) => ({ record: take(name) }),
      createObservableGauge: observable,
      createObservableCounter: observable,
      createObservableUpDownCounter: observable,
      addBatchObservableCallback: () => undefined,
      removeBatchObservableCallback: () => undefined,
    }
    return meter as Meter
  }
}

const REMOTE = Symbol('remote')
const COLLECTED = Symbol('collected')
const spans = new WeakMap<Span, CollectedSpan>()

/** What the SDK's own does: a context goes with the asynchronous work that was begun in it. */
class Contexts implements ContextManager {
  readonly #current = new AsyncLocalStorage<Context>()

  active(): Context {
    const within = this.#current.getStore() ?? ROOT_CONTEXT
    const span = trace.getSpan(within)
    return span === undefined ? within : within.setValue(COLLECTED, spans.get(span))
  }

  with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    within: Context,
    work: F,
    thisArg?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    return this.#current.run(within, () => work.call(thisArg as never, ...args))
  }

  bind<T>(_: Context, target: T): T {
    return target
  }

  enable(): this {
    return this
  }

  disable(): this {
    return this
  }
}
