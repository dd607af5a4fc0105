import type { Dispatcher, errors } from 'undici'
import type { Clock } from '../clock.ts'

/**
 * An interceptor that looks at the time once more when a request has its connection, just before it is written. A process
 * that was stopped in between wakes up exactly there, before any timer of its own: what it would send now is late.
 * For handlers without private state, as `fetch` of undici makes them.
 */
export function leavesWithin(
  seconds: number,
  clock: Clock,
  TooLate: typeof errors.ConnectTimeoutError,
): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) => {
    // A suspended machine stops the steady clock of some systems; a wall clock that is set stops a request at worst.
    const [steady, wall] = [clock.monotonic(), clock.now()]
    const leaving: Dispatcher.DispatchHandler = Object.create(handler)
    leaving.onRequestStart = (controller, context) => {
      const waited = Math.max(clock.monotonic() - steady, clock.now() - wall)
      if (waited <= seconds) return handler.onRequestStart?.call(leaving, controller, context)
      controller.abort(new TooLate(`Not sent: the connection came after ${Math.round(waited)} s.`))
    }
    return dispatch(options, leaving)
  }
}
