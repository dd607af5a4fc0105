export {
  anchorHeaders,
  type EwsClient,
  type EwsFolder,
  type EwsItem,
  type EwsOptions,
  ewsClient,
  impersonationHeader,
} from './ews-client.ts'
export { type ConnectorOptions, type EndpointVersion, OAuth2Connector } from './oauth2-connector.ts'
export type { OAuth2AuthorizationType, OAuth2Settings } from './settings.ts'
