import { type AnsweringServer, type Reply, startAnsweringServer } from '../answering-server.ts'
import type { Sandbox } from '../sandbox.ts'
import { issuedBy } from './issued-by.ts'

const EXCHANGE = 'https://outlook.office365.com'
const XML = { 'content-type': 'text/xml; charset=utf-8' }

/** How {@link startSandboxExchange} begins. */
export interface SandboxExchangeOptions {
  /** The resource (`aud`) that tokens have to be for. Default `https://outlook.office365.com`. */
  readonly resource?: string | undefined
  /** Addresses that have no mailbox. */
  readonly without?: readonly string[] | undefined
}

/**
 * Starts the part of Exchange Web Services that proves a token: GetFolder and FindItem over SOAP, at `/EWS/Exchange.asmx`. It
 * takes tokens that this sandbox issued for Exchange, answers 401 to all others, and a SOAP fault for a mailbox that is not
 * there.
 *
 * @see https://learn.microsoft.com/exchange/client-developer/web-service-reference/getfolder-operation
 */
export function startSandboxExchange(sandbox: Sandbox, options: SandboxExchangeOptions = {}): Promise<AnsweringServer> {
  const { resource = EXCHANGE, without = [] } = options
  return startAnsweringServer((seen): Reply => {
    if (issuedBy(sandbox, seen)?.aud !== resource) return { status: 401, headers: { 'www-authenticate': 'Bearer' } }
    const text = seen.body.toString()
    if (without.some((address) => text.includes(address))) return noMailbox
    const response = text.includes('m:FindItem') ? ITEMS : FOLDER
    const body = `<m:R xmlns:m="m" xmlns:t="t"><m:ResponseCode>NoError</m:ResponseCode>${response}</m:R>`
    return { headers: XML, body: soap(body) }
  })
}

const ITEMS =
  '<t:Items><t:Message><t:ItemId Id="i1" ChangeKey="c"/><t:Subject>Fish &amp; chips &#x1F35F;</t:Subject></t:Message></t:Items>'
const FOLDER =
  '<t:Folder><t:FolderId Id="f1" ChangeKey="k"/><t:DisplayName>Inbox</t:DisplayName><t:TotalCount>43</t:TotalCount></t:Folder>'

const noMailbox: Reply = {
  status: 500,
  headers: XML,
  body: soap(
    '<s:Fault><faultstring>No mailbox &amp; no luck.</faultstring><detail><e:ResponseCode xmlns:e="e">ErrorNonExistentMailbox</e:ResponseCode></detail></s:Fault>',
  ),
}

function soap(body: string): string {
  return `<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>${body}</s:Body></s:Envelope>`
}
