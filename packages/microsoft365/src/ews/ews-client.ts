import {
  bearerMiddleware,
  compose,
  type Guidance,
  isOAuthError,
  OAuthError,
  raiseOnHttpError,
  retry,
  type TokenSource,
} from '@evergrant/core'
import { escaped, findAll, textOf, type XmlElement, xml } from './xml.ts'

/** Where an {@link ewsClient} sends, and as whom. */
export interface EwsOptions {
  /** Default: Exchange Online. On premises: `https://mail.contoso.com/EWS/Exchange.asmx`. */
  readonly url?: string | undefined
  /** Address of the mailbox to act in, for an application that may impersonate. */
  readonly impersonate?: string | undefined
  /** Default `Exchange2013_SP1`. */
  readonly serverVersion?: string | undefined
  readonly fetch?: typeof fetch | undefined
}

/** A folder of a mailbox. */
export interface EwsFolder {
  readonly id: string
  readonly changeKey: string
  readonly displayName: string
  readonly totalCount: number
}

/** An item of a folder. */
export interface EwsItem {
  readonly id: string
  readonly changeKey: string
  readonly subject: string
}

/** The two operations that show that a token works. */
export interface EwsClient {
  /** By a distinguished name, such as `inbox`. */
  getFolder(name: string): Promise<EwsFolder>
  /** The first items of a folder, at most `limit` (default 10). */
  findItems(name: string, limit?: number): Promise<EwsItem[]>
}

/**
 * The headers that a mailbox needs when an application acts in it: Exchange routes by the mailbox, not by the application.
 * None without impersonation.
 *
 * @see https://learn.microsoft.com/exchange/client-developer/exchange-web-services/impersonation-and-ews-in-exchange
 */
export function anchorHeaders(impersonate?: string): Readonly<Record<string, string>> {
  return impersonate === undefined ? {} : { 'x-anchormailbox': impersonate }
}

/** The SOAP header that names the mailbox to act in; empty without impersonation. */
export function impersonationHeader(impersonate?: string): string {
  if (impersonate === undefined) return ''
  const address = `<t:PrimarySmtpAddress>${escaped(impersonate)}</t:PrimarySmtpAddress>`
  return `<t:ExchangeImpersonation><t:ConnectingSID>${address}</t:ConnectingSID></t:ExchangeImpersonation>`
}

/**
 * A small client for Exchange Web Services: enough to see that a token and a mailbox fit. Microsoft retires EWS in Exchange
 * Online; use Microsoft Graph there.
 *
 * Fails with `HTTP_ERROR`, holding the status and Exchange's own response code (`ErrorNonExistentMailbox`), and with what the
 * source throws. A token that Exchange does not take (401, 403) is an `AuthenticationError`.
 *
 * @example
 * ```ts
 * import { ewsClient, OAuth2Connector, type OAuth2Settings } from '@evergrant/microsoft365/ews'
 *
 * async function unread(settings: OAuth2Settings): Promise<number> {
 *   const source = new OAuth2Connector(settings)
 *   return (await ewsClient(source, { impersonate: 'alice@contoso.com' }).getFolder('inbox')).totalCount
 * }
 * ```
 */
export function ewsClient(source: Pick<TokenSource, 'token' | 'sending'>, options: EwsOptions = {}): EwsClient {
  const {
    url = 'https://outlook.office365.com/EWS/Exchange.asmx',
    impersonate,
    serverVersion = 'Exchange2013_SP1',
  } = options
  // Exchange answers SOAP faults with 500 and its own words in XML, which are read below.
  const send = compose(
    [retry({ repeat: () => true }), bearerMiddleware(source)],
    options.fetch ?? source.sending?.fetch,
  )
  const headers = { 'content-type': 'text/xml; charset=utf-8', accept: 'text/xml', ...anchorHeaders(impersonate) }
  const call = async (body: string): Promise<XmlElement> => {
    const response = await send(url, { method: 'POST', headers, body: envelope(body, serverVersion, impersonate) })
    const text = await response.text()
    return succeeded(await answerOf(text, response, url), url, response.status)
  }
  return {
    async getFolder(name) {
      const shape = '<m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape>'
      const answer = await call(`<m:GetFolder>${shape}<m:FolderIds>${folder(name)}</m:FolderIds></m:GetFolder>`)
      const [id] = findAll(answer, 'FolderId')
      return {
        id: id?.attributes['Id'] ?? '',
        changeKey: id?.attributes['ChangeKey'] ?? '',
        displayName: textOf(answer, 'DisplayName') ?? '',
        totalCount: Number(textOf(answer, 'TotalCount') ?? 0),
      }
    },
    async findItems(name, limit = 10) {
      const shape = '<m:ItemShape><t:BaseShape>Default</t:BaseShape></m:ItemShape>'
      const page = `<m:IndexedPageItemView MaxEntriesReturned="${Math.trunc(limit)}" Offset="0" BasePoint="Beginning"/>`
      const parents = `<m:ParentFolderIds>${folder(name)}</m:ParentFolderIds>`
      const answer = await call(`<m:FindItem Traversal="Shallow">${shape}${page}${parents}</m:FindItem>`)
      return findAll(answer, 'Items').flatMap(({ children }) =>
        children.map((item) => {
          const [id] = findAll(item, 'ItemId')
          return {
            id: id?.attributes['Id'] ?? '',
            changeKey: id?.attributes['ChangeKey'] ?? '',
            subject: textOf(item, 'Subject') ?? '',
          }
        }),
      )
    },
  }
}

const folder = (name: string): string => `<t:DistinguishedFolderId Id="${escaped(name)}"/>`

function envelope(body: string, version: string, impersonate: string | undefined): string {
  const spaces = [
    'xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"',
    'xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"',
    'xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"',
  ].join(' ')
  const header = `<t:RequestServerVersion Version="${escaped(version)}"/>${impersonationHeader(impersonate)}`
  return `<?xml version="1.0" encoding="utf-8"?><soap:Envelope ${spaces}><soap:Header>${header}</soap:Header><soap:Body>${body}</soap:Body></soap:Envelope>`
}

/** The SOAP answer. Throws `HTTP_ERROR` for what is none, such as an empty refusal or a page to sign in on. */
async function answerOf(text: string, response: Response, url: string): Promise<XmlElement> {
  const { status, headers } = response
  const isPage = /^\s*(?:<!doctype html|<html)/i.test(text) || (headers.get('content-type') ?? '').includes('html')
  if (status < 400 && !isPage) {
    const answer = xml(text)
    if (answer.children[0]?.name === 'Envelope') return answer
  }
  const fault = status >= 400 && !isPage ? faultOf(text) : undefined
  if (fault !== undefined) return fault
  const whole = new Response(text === '' || isPage ? null : text, { status: Math.max(status, 400), headers })
  const said = await raiseOnHttpError(new Request(url, { method: 'POST' }), async () => whole).catch(
    (error: unknown) => error,
  )
  const page = isPage ? 'a web page instead of SOAP, such as one to sign in on' : undefined
  const words = page ?? (isOAuthError(said) && text !== '' ? said.message : 'no words')
  const message = `${url} answered ${status}: ${words}`
  const guidance = isPage && status < 400 ? notExchange : status === 401 || status === 403 ? refused : undefined
  throw new OAuthError('HTTP_ERROR', message, { ...(isOAuthError(said) ? said : {}), status, guidance })
}

/** What Exchange says in XML beside an error status. */
function faultOf(text: string): XmlElement | undefined {
  try {
    const answer = xml(text)
    return answer.children[0]?.name === 'Envelope' ? answer : undefined
  } catch {
    return undefined
  }
}

const refused: Guidance = {
  class: 'consent',
  who: 'administrator',
  advice:
    'Exchange does not take this token. Check that the token is for the address it was sent to (resource, scope), that the application has full_access_as_app or the person consented to EWS.AccessAsUser.All, and that Exchange on premises is set up for modern authentication and EWS is not switched off.',
  link: 'https://learn.microsoft.com/exchange/client-developer/exchange-web-services/how-to-authenticate-an-ews-application-by-using-oauth',
}

const notExchange: Guidance = {
  class: 'configuration',
  who: 'administrator',
  advice:
    'Check the address: Exchange Web Services answer at …/EWS/Exchange.asmx. A page to sign in on means that something before Exchange (a proxy, pre-authentication) does not let tokens through.',
}

function succeeded(answer: XmlElement, url: string, status: number): XmlElement {
  const code = textOf(answer, 'ResponseCode')
  if (code === 'NoError') return answer
  const words = textOf(answer, 'MessageText') ?? textOf(answer, 'faultstring') ?? 'no words'
  const message = `${url} answered ${code ?? status}: ${words.slice(0, 600)}`
  throw new OAuthError('HTTP_ERROR', message, { status, error: code, error_description: words.slice(0, 600) })
}
