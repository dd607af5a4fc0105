import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A key and its certificate in PEM. */
export interface Certified {
  readonly key: string
  readonly cert: string
}

/** An authority for this run alone, with a server's certificate for `localhost`. */
export function serverCertificate(): Certified & { readonly ca: string } {
  return inFolder((path, openssl) => {
    const subject = (name: string): string[] => ['-subj', `/CN=${name}`]
    const request = ['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
    openssl(...request, '-x509', '-days', '1', ...subject('Test CA'), '-keyout', path('ca.key'), '-out', path('ca.pem'))
    openssl(...request, ...subject('localhost'), '-keyout', path('key'), '-out', path('csr'))
    writeFileSync(path('names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n')
    const by = ['-CA', path('ca.pem'), '-CAkey', path('ca.key'), '-CAcreateserial', '-days', '1']
    openssl('x509', '-req', '-in', path('csr'), ...by, '-extfile', path('names'), '-out', path('cert'))
    const read = (name: string): string => readFileSync(path(name), 'utf8')
    return { key: read('key'), cert: read('cert'), ca: read('ca.pem') }
  })
}

/** An app's certificate as the portal takes it: with the thumbprint it shows, and as a PFX file with this passphrase. */
export function appCertificate(
  passphrase = 'pfx pass',
): Certified & { readonly thumbprint: string; readonly pfx: Buffer } {
  return inFolder((path, openssl) => {
    const [key, cert] = [path('key'), path('cert')]
    openssl(
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '1',
      '-subj',
      '/CN=app',
      '-keyout',
      key,
      '-out',
      cert,
    )
    openssl('pkcs12', '-export', '-inkey', key, '-in', cert, '-passout', `pass:${passphrase}`, '-out', path('pfx'))
    const pem = readFileSync(cert, 'utf8')
    const thumbprint = new X509Certificate(pem).fingerprint.replaceAll(':', '')
    return { key: readFileSync(key, 'utf8'), cert: pem, thumbprint, pfx: readFileSync(path('pfx')) }
  })
}

/** Whether the program is there that makes certificates; a reason to skip when not. */
export const withoutOpenssl: string | false = (() => {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' })
    return false
  } catch {
    return 'the openssl program is not installed; it makes the certificates'
  }
})()

function inFolder<T>(make: (path: (name: string) => string, openssl: (...args: string[]) => void) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'evergrant-'))
  try {
    return make(
      (name) => join(folder, name),
      (...args) => void execFileSync('openssl', args, { stdio: 'ignore' }),
    )
  } finally {
    rmSync(folder, { recursive: true })
  }
}
