import { segment } from '../resource.ts'
import { Protocol, type ProtocolOptions } from './protocol.ts'

/** What {@link MSBusinessCentral365Protocol} takes. */
export interface BusinessCentralOptions extends ProtocolOptions {
  /** Name of the environment, such as `production`. Without it the first version of the address is used. */
  readonly environment?: string | undefined
}

/**
 * Dynamics 365 Business Central: `…/v2.0/{environment}/api/{version}/`, or `…/v1.0/api/{version}/` without an environment.
 *
 * @see https://learn.microsoft.com/dynamics365/business-central/dev-itpro/api-reference/v2.0/endpoints-apis-for-dynamics
 */
export class MSBusinessCentral365Protocol extends Protocol {
  constructor({ environment, ...options }: BusinessCentralOptions = {}) {
    const host = 'https://api.businesscentral.dynamics.com/'
    const path = environment === undefined ? 'v1.0/api/' : `v2.0/${segment(environment)}/api/`
    super({ ...options, protocolUrl: host + path, scopePrefix: host, defaultResource: options.defaultResource ?? '' })
  }
}
