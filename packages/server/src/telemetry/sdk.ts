/// <reference path="./sdk-node.d.ts" />
import { OAuthError } from '@evergrant/core'
import { ProxyTracerProvider, trace } from '@opentelemetry/api'
import type { NodeSDK } from '@opentelemetry/sdk-node'
import type { Environment } from '../settings.ts'

const PACKAGE = '@opentelemetry/sdk-node'

/** Whether somebody wants traces or metrics by the standard variables of OpenTelemetry. */
export function isWanted(env: Environment): boolean {
  if (env['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true') return false
  const names = ['', 'TRACES_', 'METRICS_'].map((signal) => `OTEL_EXPORTER_OTLP_${signal}ENDPOINT`)
  return names.some((name) => Boolean(env[name]))
}

/** Whether a program that embeds the server, or one that was loaded before it, has registered an SDK. */
export function isRegistered(): boolean {
  const provider = trace.getTracerProvider()
  return !(provider instanceof ProxyTracerProvider) || provider.getDelegateTracer('evergrant') !== undefined
}

/**
 * Starts the SDK, which reads the standard variables itself: endpoint, headers, sampler, attributes of the resource.
 *
 * Throws `INVALID_SETTING`, with the package's name, when it is not installed.
 */
export async function startSdk(env: Environment): Promise<NodeSDK> {
  const { NodeSDK } = await import('@opentelemetry/sdk-node').catch((cause: unknown) => {
    const message = `OTEL_EXPORTER_OTLP_ENDPOINT is set, which needs the package ${PACKAGE}: npm install ${PACKAGE}`
    throw new OAuthError('INVALID_SETTING', message, { cause })
  })
  // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES say otherwise where they are set.
  const sdk = new NodeSDK(env['OTEL_SERVICE_NAME'] ? {} : { serviceName: 'evergrant' })
  sdk.start()
  return sdk
}
